package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/amiclass/amiclass/backend"
)

// InstanceType gives what EC2 tells of an instance type, by its name. A type's JSON is decoded when
// it is first asked for. The slices in it are shared: callers must not change them.
func InstanceType(name string) (backend.InstanceType, bool) {
	t := types()
	i, ok := t.index[name]
	if !ok {
		return backend.InstanceType{}, false
	}
	return *t.rows[i].decode(), true
}

// InstanceTypes gives all instance types, sorted by name. They are decoded once; the slice is shared:
// callers must not change it.
func InstanceTypes() []backend.InstanceType { return allTypes() }

// InstanceTypeNames gives the names of all instance types, sorted. The slice is shared: callers must
// not change it.
func InstanceTypeNames() []string { return types().names }

// InstanceTypeDocument gives the JSON object of an instance type, with the members that
// DescribeInstanceTypes has for it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html). The bytes are
// shared: callers must not change them.
func InstanceTypeDocument(name string) ([]byte, bool) {
	t := types()
	i, ok := t.index[name]
	if !ok {
		return nil, false
	}
	return t.rows[i].document, true
}

var (
	types    = lazily(typesFile, parseTypes)
	allTypes = sync.OnceValue(decodeAll)
)

// decodeAll uses every processor: alone, one takes 33 ms for it.
func decodeAll() []backend.InstanceType {
	t := types()
	all := make([]backend.InstanceType, len(t.rows))
	var next atomic.Int64
	var decoders sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		decoders.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				all[i] = *t.rows[i].decode()
			}
		})
	}
	decoders.Wait()
	return all
}

// typeTable is an index of the lines; that they are sorted by name makes names and rows one order.
type typeTable struct {
	names []string
	index map[string]int
	rows  []typeRow
}

type typeRow struct {
	document []byte
	decoded  atomic.Pointer[backend.InstanceType]
}

func (r *typeRow) decode() *backend.InstanceType {
	if t := r.decoded.Load(); t != nil {
		return t
	}
	t, err := decodeType(r.document)
	if err != nil {
		panic(fmt.Errorf("catalogue: embedded %s: %w", typesFile, err))
	}
	if !r.decoded.CompareAndSwap(nil, &t) {
		return r.decoded.Load()
	}
	return &t
}

// Finding the name by its key instead of decoding the line makes the index 50 times cheaper.
var nameKey = []byte(`"InstanceType":"`)

func parseTypes(text []byte) (*typeTable, error) {
	n := bytes.Count(text, []byte("\n"))
	t := &typeTable{names: make([]string, 0, n), index: make(map[string]int, n), rows: make([]typeRow, n)}
	for i := range n {
		end := bytes.IndexByte(text, '\n')
		line := text[:end:end]
		text = text[end+1:]
		_, after, ok := bytes.Cut(line, nameKey)
		name, _, closed := bytes.Cut(after, []byte(`"`))
		if !ok || !closed || len(name) == 0 {
			return nil, fmt.Errorf("line %d: no InstanceType", i+1)
		}
		if i > 0 && t.names[i-1] >= string(name) {
			return nil, fmt.Errorf("line %d: %s isn't sorted after %s", i+1, name, t.names[i-1])
		}
		t.names = append(t.names, string(name))
		t.index[t.names[i]] = i
		t.rows[i].document = line
	}
	if len(text) > 0 {
		return nil, errors.New("the last line doesn't end")
	}
	return t, nil
}

// typeInfo is the part of DescribeInstanceTypes' answer that backend.InstanceType carries.
type typeInfo struct {
	InstanceType                  string
	BareMetal                     bool
	BurstablePerformanceSupported bool
	CurrentGeneration             bool
	EbsInfo                       struct {
		EbsOptimizedInfo      struct{ BaselineBandwidthInMbps, BaselineIops int }
		EbsOptimizedSupport   string
		EncryptionSupport     string
		MaximumEbsAttachments int
		NvmeSupport           string
	}
	FpgaInfo                 struct{ Fpgas []accelerator }
	GpuInfo                  struct{ Gpus []accelerator }
	HibernationSupported     bool
	Hypervisor               string
	InferenceAcceleratorInfo struct{ Accelerators []accelerator }
	InstanceStorageInfo      struct {
		Disks         []struct{ Type string }
		TotalSizeInGB int
	}
	MediaAcceleratorInfo struct{ Accelerators []accelerator }
	NeuronInfo           struct{ NeuronDevices []accelerator }
	MemoryInfo           struct{ SizeInMiB int }
	NetworkInfo          struct {
		EfaInfo                      struct{ MaximumEfaInterfaces int }
		EnaSupport                   string
		EncryptionInTransitSupported bool
		NetworkCards                 []struct{ BaselineBandwidthInGbps float64 }
		Ipv4AddressesPerInterface    int
		Ipv6Supported                bool
		MaximumNetworkInterfaces     int
		NetworkPerformance           string
	}
	NitroEnclavesSupport string
	NitroTpmSupport      string
	ProcessorInfo        struct {
		Manufacturer           string
		SupportedArchitectures []string
	}
	SupportedBootModes           []string
	SupportedRootDeviceTypes     []string
	SupportedUsageClasses        []string
	SupportedVirtualizationTypes []string
	VCpuInfo                     struct {
		DefaultCores, DefaultThreadsPerCore, DefaultVCpus int
		ValidCores, ValidThreadsPerCore                   []int
	}
}

// accelerator is one of any kind.
type accelerator struct {
	Count        int
	Manufacturer string
	MemoryInfo   struct{ SizeInMiB int }
	Name         string
}

func (i *typeInfo) accelerators() (all []backend.Accelerator) {
	add := func(kind string, found []accelerator) {
		for _, a := range found {
			all = append(all, backend.NewAccelerator(kind, a.Manufacturer, a.Name, a.Count, a.MemoryInfo.SizeInMiB))
		}
	}
	add("gpu", i.GpuInfo.Gpus)
	add("fpga", i.FpgaInfo.Fpgas)
	add("media", i.MediaAcceleratorInfo.Accelerators)
	add("inference", i.InferenceAcceleratorInfo.Accelerators)
	if len(i.InferenceAcceleratorInfo.Accelerators) == 0 { // chips for training are told of as Neuron devices alone
		for n := range i.NeuronInfo.NeuronDevices {
			i.NeuronInfo.NeuronDevices[n].Manufacturer = "AWS"
		}
		add("inference", i.NeuronInfo.NeuronDevices)
	}
	return all
}

func (i *typeInfo) networkGbps() (gbps float64) {
	for _, card := range i.NetworkInfo.NetworkCards {
		gbps += card.BaselineBandwidthInGbps
	}
	return gbps
}

func (i *typeInfo) storageKinds() (kinds []string) {
	for _, d := range i.InstanceStorageInfo.Disks {
		kinds = append(kinds, d.Type)
	}
	return kinds
}

func decodeType(document []byte) (backend.InstanceType, error) {
	var info typeInfo
	if err := json.Unmarshal(document, &info); err != nil {
		return backend.InstanceType{}, err
	}
	return backend.InstanceType{
		Name:               info.InstanceType,
		VCPUs:              info.VCpuInfo.DefaultVCpus,
		Cores:              info.VCpuInfo.DefaultCores,
		ThreadsPerCore:     info.VCpuInfo.DefaultThreadsPerCore,
		ValidCores:         info.VCpuInfo.ValidCores,
		ValidThreads:       info.VCpuInfo.ValidThreadsPerCore,
		MemoryMiB:          info.MemoryInfo.SizeInMiB,
		Architectures:      info.ProcessorInfo.SupportedArchitectures,
		CurrentGeneration:  info.CurrentGeneration,
		BareMetal:          info.BareMetal,
		Burstable:          info.BurstablePerformanceSupported,
		Hypervisor:         info.Hypervisor,
		Virtualizations:    info.SupportedVirtualizationTypes,
		RootDeviceTypes:    info.SupportedRootDeviceTypes,
		BootModes:          info.SupportedBootModes,
		UsageClasses:       info.SupportedUsageClasses,
		ENA:                info.NetworkInfo.EnaSupport,
		NVMe:               info.EbsInfo.NvmeSupport,
		EBSOptimized:       info.EbsInfo.EbsOptimizedSupport,
		EBSEncryption:      info.EbsInfo.EncryptionSupport == supported,
		MaxVolumes:         info.EbsInfo.MaximumEbsAttachments,
		MaxInterfaces:      info.NetworkInfo.MaximumNetworkInterfaces,
		IPv4PerInterface:   info.NetworkInfo.Ipv4AddressesPerInterface,
		IPv6:               info.NetworkInfo.Ipv6Supported,
		NetworkPerformance: info.NetworkInfo.NetworkPerformance,
		InstanceStorageGB:  info.InstanceStorageInfo.TotalSizeInGB,
		Hibernation:        info.HibernationSupported,
		TPM:                info.NitroTpmSupport == supported,
		Enclaves:           info.NitroEnclavesSupport == supported,
		Manufacturer:       info.ProcessorInfo.Manufacturer,

		NetworkGbps:         info.networkGbps(),
		EFAInterfaces:       info.NetworkInfo.EfaInfo.MaximumEfaInterfaces,
		EncryptionInTransit: info.NetworkInfo.EncryptionInTransitSupported,
		EBSMbps:             info.EbsInfo.EbsOptimizedInfo.BaselineBandwidthInMbps,
		EBSIOPS:             info.EbsInfo.EbsOptimizedInfo.BaselineIops,
		StorageKinds:        info.storageKinds(),
		Accelerators:        info.accelerators(),
	}, nil
}

const supported = "supported"
