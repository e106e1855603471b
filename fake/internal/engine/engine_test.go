package engine

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

// served are all operations, in order of name.
func served() []operation {
	var all []operation
	for _, op := range operations {
		all = append(all, *op)
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.name, b.name) })
	return all
}

func TestOperationsKnowTheirServices(t *testing.T) {
	t.Parallel()
	all := Operations()
	require.Len(t, all, len(operations))
	for name, service := range map[string]string{"RunInstances": "ec2", "GetParameter": "ssm", "GetCallerIdentity": "sts"} {
		require.Equal(t, "github.com/aws/aws-sdk-go-v2/service/"+service, all[name])
	}
}

func TestInputsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for _, op := range served() {
		_, err := w.engine.Call(Call{Operation: op.name, Region: w.region, Input: reflect.Zero(reflect.PointerTo(op.input)).Interface()})
		e := wantCode(t, err, "MissingParameter")
		require.Equal(t, "The input of "+op.name+" is nil.", e.Message)
	}
	for name, in := range map[string]any{
		"nothing":       nil,
		"no pointer":    ec2.DescribeVpcsInput{},
		"another type":  "DescribeVpcs",
		"not an input":  &ec2.DescribeVpcsOutput{},
		"not served":    &ec2.AcceptAddressTransferInput{},
		"nil, unserved": (*ec2.AcceptAddressTransferInput)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := w.engine.Call(Call{Operation: "AcceptAddressTransfer", Region: w.region, Input: in})
			require.Nil(t, out)
			e := wantCode(t, err, "InvalidAction")
			require.Equal(t, "The action AcceptAddressTransfer is not served by this cloud.", e.Message)
		})
	}
}

func TestUnservedFieldsAreRefusedOrTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := &ec2.CreateVpcInput{
		CidrBlock:            ptr("10.0.0.0/16"),
		VpcEncryptionControl: &ec2types.VpcEncryptionControlConfiguration{Mode: ec2types.VpcEncryptionControlModeMonitor},
	}
	e := wantNoChange[ec2.CreateVpcOutput](w, in, "UnknownParameter")
	require.Equal(t, "CreateVpc: this cloud doesn't model the parameter VpcEncryptionControl.", e.Message)

	var told []string
	out, err := w.engine.Call(Call{Operation: "CreateVpc", Region: w.region, Input: in, Unserved: func(field string) { told = append(told, field) }})
	require.NoError(t, err)
	require.NotNil(t, out.(*ec2.CreateVpcOutput).Vpc)
	require.Equal(t, []string{"VpcEncryptionControl"}, told)
}

func TestDelaysThatNobodyGave(t *testing.T) {
	t.Parallel()
	e := New(Options{})
	require.WithinDuration(t, time.Now(), e.options.Now(), time.Minute)
	require.Equal(t, time.Hour, e.options.Delays.Terminated)
}

// nastyInput draws any input whatever of an operation: nothing, nonsense, and here and there what exists.
func nastyInput(t *rapid.T, op operation, known []string) any {
	in := reflect.New(op.input)
	fillServed(t, op.fields(), in.Elem(), known)
	return in.Interface()
}

func fillServed(t *rapid.T, f *fields, v reflect.Value, known []string) {
	for i, name := range f.names {
		nested, ok := f.served[i]
		if name == "" || !ok || rapid.IntRange(0, 2).Draw(t, name) == 0 {
			continue
		}
		fill(t, name, nested, v.Field(i), known)
	}
}

func fill(t *rapid.T, name string, f *fields, v reflect.Value, known []string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, name, f, v.Elem(), known)
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, name+" length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, name, f, v.Index(i), known)
		}
	case reflect.Struct:
		if f != nil {
			fillServed(t, f, v, known)
		} else if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
		}
	case reflect.String:
		if values := v.MethodByName("Values"); values.IsValid() && rapid.Bool().Draw(t, name+" of the enum") {
			all := values.Call(nil)[0]
			v.Set(all.Index(rapid.IntRange(0, all.Len()-1).Draw(t, name)))
			return
		}
		v.SetString(rapid.OneOf(rapid.SampledFrom(known), rapid.SampledFrom(nonsense), rapid.String()).Draw(t, name))
	case reflect.Int32, reflect.Int64:
		v.SetInt(rapid.OneOf(rapid.Int64Range(-1, 20), rapid.SampledFrom([]int64{1000, 1<<31 - 1, -1 << 31})).Draw(t, name))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	}
}

var nonsense = []string{
	"", " ", "x", "*", `\`, "\xff", "i-", "vpc-12345678", "ami-0123456789abcdef0", "snap-12345678", "resolve:ssm:", "resolve:ssm:/x", "10.0.0.0/16", "10.0.0.0/33", "::/0",
	"10.0.0.1", "2600::1", "arn:aws:iam::123456789012:instance-profile/x", "arn:", "us-east-1", "us-east-1a", "use1-az1", "t3.micro", "m7g.large", "t2.nano.x", "/dev/sda1", "/dev/xvda", "self", "amazon",
	"all", "true", "default", "state", "vpc-id", "tag:Name", "tag:", "tag-key", "instance-id", "aGVsbG8=", strings.Repeat("x", 300),
}

// Whatever a request says, nothing panics, a failure changes nothing, an error names a code, and what the
// caller holds is not the state.
func TestNoRequestWhateverPanicsOrLeavesATrace(t *testing.T) {
	t.Parallel()
	base := newWorld(t, Options{})
	network := defaultVPCOf(base)
	group, rule := putGroup(base, "web")
	known := []string{
		*network.VpcId, *network.DhcpOptionsId, group, rule,
		subnetIDs(base, &ec2.DescribeSubnetsInput{})[0],
		catalogue.ImageParameters(region.USEast1)[al2023], al2023, "resolve:ssm:" + al2023,
	}
	for _, op := range served() {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				w := base.forkWithin(t)
				in := nastyInput(rt, op, known)
				before := w.made()
				out, err := w.engine.Call(Call{Operation: op.name, Region: w.region, Input: in})
				after := w.made()
				if err != nil {
					if e, ok := err.(*Error); !ok || e.Code == "" || e.Message == "" || e.Status < 400 {
						rt.Fatalf("an error without code, message or status: %#v", err)
					}
					if out != nil {
						rt.Fatalf("an output beside %v", err)
					}
					if isCode(err, "InternalError") {
						rt.Fatal(err)
					}
				}
				if (err != nil || !op.writes) && before != after {
					rt.Fatalf("%s changed the state, with the answer %v", op.name, err)
				}
				tooltest.Scribble(in)
				tooltest.Scribble(out)
				if w.made() != after {
					rt.Fatalf("what the caller of %s holds is the state", op.name)
				}
			})
		})
	}
}

// A dry run says what the real one would, and changes nothing.
func TestDryRunsSayWhatTheRealRequestWould(t *testing.T) {
	t.Parallel()
	base := newWorld(t, Options{})
	network := defaultVPCOf(base)
	known := []string{*network.VpcId, *network.DhcpOptionsId, subnetIDs(base, &ec2.DescribeSubnetsInput{})[0]}
	for _, op := range served() {
		field, ok := op.input.FieldByName("DryRun")
		if !ok {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				w := base.forkWithin(t)
				in := nastyInput(rt, op, known)
				dry := reflect.ValueOf(in).Elem().FieldByIndex(field.Index)
				dry.Set(reflect.ValueOf(ptr(true)))
				before := w.made()
				_, dryErr := w.engine.Call(Call{Operation: op.name, Region: w.region, Input: in})
				if w.made() != before {
					rt.Fatal("a dry run changed the state")
				}
				dry.SetZero()
				_, err := w.engine.Call(Call{Operation: op.name, Region: w.region, Input: in})
				if err == nil {
					err = wouldSucceed()
				}
				if fmt.Sprint(dryErr) != fmt.Sprint(err) {
					rt.Fatalf("dry: %v, real: %v", dryErr, err)
				}
			})
		})
	}
}

// Run with -race: any number of goroutines may call, and fork, one cloud.
func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			w := w.in([]region.Region{region.USEast1, region.EUWest1}[i%2])
			for j := range 20 {
				key, _ := AccessKey(fmt.Sprintf("%012d", 1+j%3))
				for _, in := range []any{
					&ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), TagSpecifications: tagged(ec2types.ResourceTypeVpc, "a", itoa(j))},
					&ec2.DescribeVpcsInput{Filters: []ec2types.Filter{filter("tag:a", itoa(j))}},
					&ec2.DescribeInstanceTypesInput{Filters: []ec2types.Filter{filter("bare-metal", "true")}},
				} {
					if _, err := w.engine.Call(Call{Region: w.region, AccessKey: key, Input: in}); err != nil {
						t.Error(err)
					}
				}
				if j%5 == 0 {
					if _, err := w.engine.Fork().Call(Call{Region: w.region, Input: &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	callers.Wait()
	homes := slices.DeleteFunc(slices.Clone(w.engine.state.settled), func(settled bool) bool { return !settled })
	require.Equal(t, 8*20, w.engine.state.vpcs.Len()-len(homes)) // each account has a default VPC in each region
}
