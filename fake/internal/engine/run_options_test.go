package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// typed launches another type, with an image for x86_64 or arm64.
func typed(typ ec2types.InstanceType, architecture string, change func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.InstanceType, in.ImageId = typ, ptr(linux+architecture)
		if change != nil {
			change(in)
		}
	}
}

func cpu(cores, threads int32) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.CpuOptions = &ec2types.CpuOptionsRequest{CoreCount: ptr(cores), ThreadsPerCore: ptr(threads)}
	}
}

func TestOptionsOfALaunch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		change func(in *ec2.RunInstancesInput)
		check  func(i ec2types.Instance) any
		want   any
	}{
		"cores and threads": {typed("m5.4xlarge", "x86_64", cpu(4, 1)), func(i ec2types.Instance) any { return *i.CpuOptions.CoreCount * 10 * *i.CpuOptions.ThreadsPerCore }, int32(40)},
		"SEV-SNP": {typed("m6a.large", "x86_64", func(in *ec2.RunInstancesInput) {
			in.CpuOptions = &ec2types.CpuOptionsRequest{AmdSevSnp: "enabled"}
		}), func(i ec2types.Instance) any { return i.CpuOptions.AmdSevSnp }, ec2types.AmdSevSnpSpecificationEnabled},
		"nested virtualization": {typed("m8i.large", "x86_64", func(in *ec2.RunInstancesInput) {
			in.CpuOptions = &ec2types.CpuOptionsRequest{NestedVirtualization: "enabled"}
		}), func(i ec2types.Instance) any { return i.CpuOptions.NestedVirtualization }, ec2types.NestedVirtualizationSpecificationEnabled},
		"bandwidth": {typed("m8g.large", "arm64", func(in *ec2.RunInstancesInput) {
			in.NetworkPerformanceOptions = &ec2types.InstanceNetworkPerformanceOptionsRequest{BandwidthWeighting: "ebs-1"}
		}), func(i ec2types.Instance) any { return i.NetworkPerformanceOptions.BandwidthWeighting }, ec2types.InstanceBandwidthWeightingEbs1},
		"EBS-optimized": {func(in *ec2.RunInstancesInput) { in.EbsOptimized = ptr(true) }, func(i ec2types.Instance) any { return *i.EbsOptimized }, true},
		"enclaves": {typed("m6g.xlarge", "arm64", func(in *ec2.RunInstancesInput) {
			in.EnclaveOptions = &ec2types.EnclaveOptionsRequest{Enabled: ptr(true)}
		}),
			func(i ec2types.Instance) any { return *i.EnclaveOptions.Enabled }, true},
		"no recovery": {func(in *ec2.RunInstancesInput) {
			in.MaintenanceOptions = &ec2types.InstanceMaintenanceOptionsRequest{AutoRecovery: "disabled"}
		}, func(i ec2types.Instance) any { return i.MaintenanceOptions.AutoRecovery }, ec2types.InstanceAutoRecoveryStateDisabled},
		"no capacity reservation": {reservation("none", "", ""), func(i ec2types.Instance) any { return i.CapacityReservationSpecification.CapacityReservationPreference }, ec2types.CapacityReservationPreferenceNone},
		"older type in legacy mode": {typed("m4.large", "x86_64", nil), func(i ec2types.Instance) any {
			return i.BootMode + "/" + ec2types.BootModeValues(i.CurrentInstanceBootMode)
		},
			ec2types.BootModeValues("uefi-preferred/legacy-bios")},
		"SSM parameter": {nil, func(i ec2types.Instance) any { return hasShape("ami", *i.ImageId) }, true},
		"spot": {func(in *ec2.RunInstancesInput) {
			in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "spot", SpotOptions: &ec2types.SpotMarketOptions{
				MaxPrice: ptr("0.01"), SpotInstanceType: "one-time", InstanceInterruptionBehavior: "terminate",
			}}
		}, func(i ec2types.Instance) any { return i.InstanceLifecycle }, ec2types.InstanceLifecycleTypeSpot},
		"on demand": {func(in *ec2.RunInstancesInput) {
			in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "on-demand"}
		}, func(i ec2types.Instance) any { return i.InstanceLifecycle == "" && i.SpotInstanceRequestId == nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			require.Empty(t, cmp.Diff(tc.want, tc.check(w.instance(w.launch(tc.change)))))
		})
	}
}

func TestSpotRequestsHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
		in.MaxCount = ptr(int32(2))
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "spot"}
	}))
	a, b := *out.Instances[0].SpotInstanceRequestId, *out.Instances[1].SpotInstanceRequestId
	require.NotEqual(t, a, b)
	require.Regexp(t, `^sir-[a-z0-9]{8}$`, a)
}

func TestOptionsThatALaunchCannotHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	market := func(m ec2types.InstanceMarketOptionsRequest) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) { in.InstanceMarketOptions = &m }
	}
	spot := func(o ec2types.SpotMarketOptions) func(in *ec2.RunInstancesInput) {
		return market(ec2types.InstanceMarketOptionsRequest{MarketType: "spot", SpotOptions: &o})
	}
	credits := func(s string) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			in.CreditSpecification = &ec2types.CreditSpecificationRequest{CpuCredits: text(s)}
		}
	}
	enclave := func(in *ec2.RunInstancesInput) {
		in.EnclaveOptions = &ec2types.EnclaveOptionsRequest{Enabled: ptr(true)}
	}
	metadata := func(m ec2types.InstanceMetadataOptionsRequest) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) { in.MetadataOptions = &m }
	}
	for name, tc := range map[string]struct {
		change  func(in *ec2.RunInstancesInput)
		code    string
		message string
	}{
		"cores without threads": {func(in *ec2.RunInstancesInput) { in.CpuOptions = &ec2types.CpuOptionsRequest{CoreCount: ptr(int32(1))} }, "InvalidParameterCombination", "both CoreCount and ThreadsPerCore"},
		"cores it doesn't have": {cpu(3, 1), "InvalidParameterValue", "3 cores and 1 threads"},
		"CPU options of metal":  {typed("m5.metal", "x86_64", cpu(48, 2)), "InvalidParameterValue", "not supported for the instance type 'm5.metal'"},
		"no SEV-SNP":            {func(in *ec2.RunInstancesInput) { in.CpuOptions = &ec2types.CpuOptionsRequest{AmdSevSnp: "enabled"} }, "Unsupported", "amd-sev-snp"},
		"unknown SEV-SNP":       {func(in *ec2.RunInstancesInput) { in.CpuOptions = &ec2types.CpuOptionsRequest{AmdSevSnp: "x"} }, "InvalidParameterValue", "Value (x) for parameter AmdSevSnp"},
		"no nested virtualization": {func(in *ec2.RunInstancesInput) {
			in.CpuOptions = &ec2types.CpuOptionsRequest{NestedVirtualization: "enabled"}
		}, "Unsupported", "nested-virtualization"},
		"no bandwidth": {func(in *ec2.RunInstancesInput) {
			in.NetworkPerformanceOptions = &ec2types.InstanceNetworkPerformanceOptionsRequest{BandwidthWeighting: "vpc-1"}
		}, "Unsupported", "'vpc-1'"},
		"unknown credits":       {credits("x"), "InvalidCpuCredits", "'x'"},
		"no credits":            {credits(""), "MissingParameter", "CpuCredits"},
		"credits of others":     {typed("m7g.large", "arm64", credits("unlimited")), "InstanceCreditSpecification.NotSupported", "'m7g.large'"},
		"never EBS-optimized":   {typed("t2.micro", "x86_64", func(in *ec2.RunInstancesInput) { in.EbsOptimized = ptr(true) }), "Unsupported", "EBS-optimized instances are not supported for your requested configuration."},
		"no enclaves":           {enclave, "Unsupported", "Nitro Enclaves"},
		"unknown behavior":      {func(in *ec2.RunInstancesInput) { in.InstanceInitiatedShutdownBehavior = "hibernate" }, "InvalidParameterValue", "Value (hibernate) for parameter InstanceInitiatedShutdownBehavior is invalid. Expecting one of [stop terminate]."},
		"monitoring of no kind": {func(in *ec2.RunInstancesInput) { in.Monitoring = &ec2types.RunInstancesMonitoringEnabled{} }, "MissingParameter", "Monitoring.Enabled"},
		"unknown recovery": {func(in *ec2.RunInstancesInput) {
			in.MaintenanceOptions = &ec2types.InstanceMaintenanceOptionsRequest{AutoRecovery: "x"}
		}, "InvalidParameterValue", "AutoRecovery"},
		"too many hops":            {metadata(ec2types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(65))}), "InvalidParameterValue", "Value (65) for parameter HttpPutResponseHopLimit is invalid. The hop limit must be between 1 and 64."},
		"no hops":                  {metadata(ec2types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(0))}), "InvalidParameterValue", "HttpPutResponseHopLimit"},
		"unknown tokens":           {metadata(ec2types.InstanceMetadataOptionsRequest{HttpTokens: "v2"}), "InvalidParameterValue", "Value (v2) for parameter HttpTokens is invalid."},
		"unknown endpoint":         {metadata(ec2types.InstanceMetadataOptionsRequest{HttpEndpoint: "x"}), "InvalidParameterValue", "HttpEndpoint"},
		"unknown protocol":         {metadata(ec2types.InstanceMetadataOptionsRequest{HttpProtocolIpv6: "x"}), "InvalidParameterValue", "HttpProtocolIpv6"},
		"unknown tags":             {metadata(ec2types.InstanceMetadataOptionsRequest{InstanceMetadataTags: "x"}), "InvalidParameterValue", "InstanceMetadataTags"},
		"unknown market":           {market(ec2types.InstanceMarketOptionsRequest{MarketType: "x"}), "InvalidParameterValue", "MarketType"},
		"capacity block":           {market(ec2types.InstanceMarketOptionsRequest{MarketType: "capacity-block"}), "InvalidParameterCombination", "capacity-block"},
		"spot options on demand":   {market(ec2types.InstanceMarketOptionsRequest{SpotOptions: &ec2types.SpotMarketOptions{}}), "InvalidParameterCombination", "SpotOptions"},
		"price of nothing":         {spot(ec2types.SpotMarketOptions{MaxPrice: ptr("0.001")}), "InvalidParameterValue", "Value (0.001) for parameter MaxPrice"},
		"price in words":           {spot(ec2types.SpotMarketOptions{MaxPrice: ptr("much")}), "InvalidParameterValue", "MaxPrice"},
		"spot blocks":              {spot(ec2types.SpotMarketOptions{BlockDurationMinutes: ptr(int32(60))}), "Unsupported", "defined duration"},
		"persistent spot":          {spot(ec2types.SpotMarketOptions{SpotInstanceType: "persistent"}), "UnknownParameter", "persistent"},
		"unknown spot":             {spot(ec2types.SpotMarketOptions{SpotInstanceType: "x"}), "InvalidParameterValue", "SpotInstanceType"},
		"one-time spot that stops": {spot(ec2types.SpotMarketOptions{InstanceInterruptionBehavior: "stop"}), "InvalidParameterCombination", "stop"},
		"unknown interruption":     {spot(ec2types.SpotMarketOptions{InstanceInterruptionBehavior: "x"}), "InvalidParameterValue", "InstanceInterruptionBehavior"},
		"one-time spot till then":  {spot(ec2types.SpotMarketOptions{ValidUntil: ptr(time.Now())}), "InvalidParameterCombination", "ValidUntil"},
		"protected spot": {func(in *ec2.RunInstancesInput) {
			spot(ec2types.SpotMarketOptions{})(in)
			in.DisableApiTermination = ptr(true)
		},
			"InvalidParameterCombination", "Termination protection"},
		"never spot": {typed("u-6tb1.56xlarge", "x86_64", spot(ec2types.SpotMarketOptions{})), "Unsupported", "Spot Instances"},
		"no Macs": {func(in *ec2.RunInstancesInput) {
			in.ImageId, in.InstanceType = ptr(w.imageLike("arm64", mac)), "mac2.metal"
		}, "InvalidParameterCombination", "must be launched with the tenancy host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.RunInstancesOutput](w.within(t), launchOf(tc.change))
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func mac(im *image) { im.architecture, im.bootMode = ec2types.ArchitectureValuesArm64Mac, "" }

func TestHibernationPrerequisites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	root := ec2types.EbsBlockDevice{Encrypted: ptr(true), VolumeSize: size(20)}
	plain, small, magnetic := root, root, root
	plain.Encrypted, small.VolumeSize, magnetic.VolumeType = nil, size(8), "standard"
	big := root
	big.VolumeSize = size(1000)
	windows := w.imageLike("x86_64", func(im *image) { im.platform = "windows" })
	for name, tc := range map[string]struct {
		typ          ec2types.InstanceType
		architecture string
		root         ec2types.EbsBlockDevice
		change       func(in *ec2.RunInstancesInput)
		code         string // empty if it can
		message      string
	}{
		"can":              {"m7g.large", "arm64", root, nil, "", ""},
		"type can't":       {"t1.micro", "x86_64", root, nil, "UnsupportedHibernationConfiguration", "the instance type 't1.micro' doesn't support it."},
		"too much memory":  {"m7i-flex.12xlarge", "x86_64", big, nil, "UnsupportedHibernationConfiguration", "too much memory"},
		"Windows has less": {"m5.2xlarge", "x86_64", big, func(in *ec2.RunInstancesInput) { in.ImageId = ptr(windows) }, "UnsupportedHibernationConfiguration", "too much memory"},
		"root unencrypted": {"m7g.large", "arm64", plain, nil, "UnsupportedHibernationConfiguration", "must be encrypted"},
		"root too small":   {"m7g.xlarge", "arm64", small, nil, "UnsupportedHibernationConfiguration", "smaller than the memory"},
		"root too slow":    {"m7g.large", "arm64", magnetic, nil, "UnsupportedHibernationConfiguration", "gp2, gp3, io1 or io2"},
		"one-time spot": {"m7g.large", "arm64", root, func(in *ec2.RunInstancesInput) {
			in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "spot"}
		}, "UnsupportedHibernationConfiguration", "Spot"},
		"together with one": {"m6g.xlarge", "arm64", root, func(in *ec2.RunInstancesInput) {
			in.EnclaveOptions = &ec2types.EnclaveOptionsRequest{Enabled: ptr(true)}
		}, "InvalidParameterCombination", "Enclaves"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := call[ec2.RunInstancesOutput](w.within(t).fork(), launchOf(typed(tc.typ, tc.architecture, func(in *ec2.RunInstancesInput) {
				in.HibernationOptions = &ec2types.HibernationOptionsRequest{Configured: ptr(true)}
				in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{ebs("/dev/xvda", tc.root)}
				if tc.change != nil {
					tc.change(in)
				}
			})))
			if tc.code == "" {
				require.NoError(t, err)
				require.True(t, *out.Instances[0].HibernationOptions.Configured)
				return
			}
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestImagesThatDoNotFitTheType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		architecture string
		image        func(im *image)
		typ          ec2types.InstanceType
		code         string
		message      string
	}{
		"architecture":   {"x86_64", func(*image) {}, "m7g.large", "InvalidParameterValue", "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI."},
		"virtualization": {"x86_64", func(im *image) { im.virtualization = "paravirtual" }, "m5.large", "InvalidParameterCombination", "Non-Windows instances with a virtualization type of 'paravirtual' are currently not supported for this instance type : m5.large"},
		"root device":    {"x86_64", func(im *image) { im.rootDeviceType = "instance-store" }, "m5.large", "InvalidParameterCombination", "instance-store"},
		"boot mode":      {"x86_64", func(im *image) { im.bootMode = "uefi" }, "m4.large", "InvalidParameterCombination", "The instance type 'm4.large' does not support the boot mode 'uefi' of the specified AMI; it supports legacy-bios."},
		"ENA":            {"x86_64", func(im *image) { im.enaSupport = false }, "m5.large", "InvalidParameterCombination", "Enhanced networking with the Elastic Network Adapter (ENA) is required for the 'm5.large' instance type. Ensure that you are using an AMI that is enabled for ENA."},
		"TPM":            {"x86_64", func(im *image) { im.tpmSupport = "v2.0" }, "m4.large", "InvalidParameterCombination", "NitroTPM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			id := w.imageLike(tc.architecture, tc.image)
			_, err := call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), tc.typ }))
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestInstanceStoreRoots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	im := w.imageLike("x86_64", func(im *image) {
		im.rootDeviceType, im.mappings, im.bootMode = ec2types.DeviceTypeInstanceStore, nil, ""
	})
	change := func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(im), "m3.medium" }
	id := w.launch(change)
	i := w.instance(id)
	require.Empty(t, i.BlockDeviceMappings)
	require.Equal(t, ec2types.DeviceTypeInstanceStore, i.RootDeviceType)
	behavior := must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(id), Attribute: "instanceInitiatedShutdownBehavior"})
	require.Equal(t, "terminate", *behavior.InstanceInitiatedShutdownBehavior.Value)
	_, err := w.stop(id)
	require.Equal(t, "The instance '"+id+"' does not have an 'ebs' root device type and cannot be stopped.", wantCode(t, err, "UnsupportedOperation").Message)
	_, err = call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { change(in); in.DisableApiStop = ptr(true) }))
	wantCode(t, err, "UnsupportedOperation")
	_, err = w.terminate(id)
	require.NoError(t, err)
}

func TestParavirtualImagesBringTheirKernel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	im := w.imageLike("x86_64", func(im *image) {
		im.virtualization, im.kernel, im.bootMode, im.enaSupport = ec2types.VirtualizationTypeParavirtual, "aki-919dcaf8", "", false
	})
	i := w.instance(w.launch(func(in *ec2.RunInstancesInput) {
		in.ImageId, in.InstanceType, in.KernelId = ptr(im), "m3.medium", ptr("aki-919dcaf8")
	}))
	require.Equal(t, "aki-919dcaf8", *i.KernelId)
	require.Equal(t, ec2types.VirtualizationTypeParavirtual, i.VirtualizationType)
}

func TestCreditsThatTheLaunchNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.CreditSpecification = &ec2types.CreditSpecificationRequest{CpuCredits: ptr("standard")}
	})
	row, ok := w.engine.state.instances.Get(id)
	require.True(t, ok)
	require.Equal(t, "standard", row.credits)
}

func TestCreditsByFamily(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for typ, want := range map[ec2types.InstanceType]string{"t2.micro": "standard", "t3.micro": "unlimited", "t3a.micro": "unlimited", "m5.large": ""} {
		w.instance(w.launch(typed(typ, "x86_64", nil)))
		require.Contains(t, w.dump(), "typ:"+string(typ)+" ")
		for row := range w.engine.state.instances.Every() {
			if row.typ == string(typ) {
				require.Equal(t, want, row.credits, typ)
			}
		}
	}
}
