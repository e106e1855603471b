package engine

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// maxConsole is how much of the most recent output is told (mem).
const maxConsole = 64 << 10

// getConsoleOutput tells what was posted when the system had booted: nothing yet of one that has just been
// launched, and still the last of one that has been stopped
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshoot-unreachable-instance.html). The latest
// output, of Nitro types only, is told as soon as the system runs.
func (v *view) getConsoleOutput(in *ec2.GetConsoleOutputInput) (*ec2.GetConsoleOutputOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if deref(in.Latest) && !i.onNitro() { // text (mem)
		return nil, fail("UnsupportedOperation", "This instance type does not support retrieving the latest console logs.")
	}
	out := &ec2.GetConsoleOutputOutput{InstanceId: ptr(i.id), Timestamp: ptr(i.first.UTC().Truncate(time.Second))}
	posted := i.booted.Add(v.options.Delays.Checks)
	if deref(in.Latest) {
		posted = i.booted
	}
	if i.booted.IsZero() || v.now.Before(posted) {
		return out, nil
	}
	text := v.console(i)
	text = text[max(0, len(text)-maxConsole):]
	out.Output = ptr(base64.StdEncoding.EncodeToString([]byte(text)))
	out.Timestamp = ptr(posted.UTC().Truncate(time.Second))
	return out, nil
}

// console is what an instance's system has written during its last boot. It is like what systems of its
// image's family write, and the same whenever it is asked for.
func (v *view) console(i *instance) string {
	if i.isWindows() {
		return windowsConsole(i)
	}
	family := v.consoleFamily(i)
	var b strings.Builder
	seconds := 0.0
	kernel := func(format string, args ...any) {
		fmt.Fprintf(&b, "[%12.6f] %s\r\n", seconds, fmt.Sprintf(format, args...))
		seconds += 0.004217 * float64(1+b.Len()%7)
	}
	machine := "x86_64"
	if i.architecture == ec2types.ArchitectureValuesArm64 {
		machine = "aarch64"
	}
	kernel("Linux version %s.%s (gcc) #1 SMP", family.kernel, machine)
	kernel("Command line: BOOT_IMAGE=/boot/vmlinuz-%s.%s root=UUID=%s ro console=tty0 console=ttyS0,115200n8", family.kernel, machine, uuid("root", i.image))
	if i.currentBootMode == ec2types.InstanceBootModeValuesUefi {
		kernel("efi: EFI v2.7 by EDK II")
	}
	if i.onNitro() {
		kernel("DMI: Amazon EC2 %s/, BIOS 1.0 10/16/2017", i.typ)
		kernel("nvme nvme0: pci function 0000:00:04.0")
		kernel("ena 0000:00:05.0: Elastic Network Adapter (ENA)")
	} else {
		kernel("DMI: Xen HVM domU, BIOS 4.11.amazon 08/24/2006")
		kernel("blkfront: xvda: barrier or flush: disabled")
	}
	kernel("smp: Brought up 1 node, %d CPUs", max(1, i.cores*i.threads))
	kernel("EXT4-fs: mounted filesystem with ordered data mode")
	kernel("systemd[1]: Detected virtualization amazon.")
	host, address := "localhost", ""
	if n := v.primary(i); n != nil && len(n.private) > 0 {
		host, _, _ = strings.Cut(v.privateDNS(n, i.hostnameType, i.id), ".")
		address = n.private[0].String()
	}
	kernel("cloud-init[1187]: Cloud-init v. %s running 'init-local' at %s. Up %.2f seconds.", family.cloudInit, i.booted.UTC().Format(time.RFC1123Z), seconds)
	if address != "" {
		kernel("cloud-init[1201]: ci-info: |  %s  | True | %s |", family.device, address)
	}
	if i.keyName != "" {
		kernel("cloud-init[1210]: ci-info: Authorized keys from /home/%s/.ssh/authorized_keys for user %s", family.user, family.user)
	}
	kernel("cloud-init[1298]: Cloud-init v. %s finished at %s. Datasource DataSourceEc2.  Up %.2f seconds", family.cloudInit, i.booted.UTC().Format(time.RFC1123Z), seconds)
	fmt.Fprintf(&b, "\r\n%s\r\nKernel %s.%s on an %s (-)\r\n\r\n%s login: ", family.name, family.kernel, machine, machine, host)
	return b.String()
}

// consoleFamily is how the systems of a family of images present themselves; the versions are plausible ones.
type consoleFamily struct{ mark, name, kernel, cloudInit, device, user string }

// consoleFamilies are tried in turn: an image is of the first whose mark its name has. The last is for all others.
var consoleFamilies = [...]consoleFamily{
	{"al2023", "Amazon Linux 2023", "6.1.155-176.282.amzn2023", "22.2.2", "ens5", "ec2-user"},
	{"amzn2", "Amazon Linux 2", "5.10.245-241.978.amzn2", "19.3-46.amzn2", "eth0", "ec2-user"},
	{"ubuntu", "Ubuntu 24.04 LTS", "6.14.0-1018-aws", "25.2-0ubuntu1~24.04.1", "ens5", "ubuntu"},
	{"debian", "Debian GNU/Linux 13", "6.12.57+deb13-cloud", "25.1.4", "ens5", "admin"},
	{"RHEL", "Red Hat Enterprise Linux 10", "6.12.0-55.el10", "24.4-3.el10", "eth0", "ec2-user"},
	{"suse", "SUSE Linux Enterprise Server 15 SP7", "6.4.0-150700.53-default", "25.1.3", "eth0", "ec2-user"},
	{"", "Linux", "6.1.0", "25.1", "eth0", "ec2-user"},
}

// consoleFamily finds the family by the image's name. An image that is forgotten is of none.
func (v *view) consoleFamily(i *instance) consoleFamily {
	name := ""
	if im, ok := v.images.Get(i.image); ok {
		name = im.name
	}
	for _, f := range consoleFamilies {
		if strings.Contains(strings.ToLower(name), strings.ToLower(f.mark)) {
			return f
		}
	}
	return consoleFamilies[len(consoleFamilies)-1]
}

// windowsConsole is written by EC2Launch
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html).
func windowsConsole(i *instance) string {
	at := i.booted.UTC().Format("2006/01/02 15:04:05Z: ")
	lines := []string{
		"Windows is being configured. SysprepState=IMAGE_STATE_COMPLETE",
		"AMI Origin Name: " + i.platformDetails,
		"Product Platform: Amazon EC2 " + i.typ,
		"Instance ID: " + i.id,
		"AMI-ID: " + i.image,
		"Driver: AWS NVMe Driver v1.5.1.33",
		"Launch: EC2 Launch v2.0.2046.0",
		"SSM: Amazon SSM Agent v3.3.2299.0",
		"RDPCERTIFICATE-THUMBPRINT: " + fmt.Sprintf("%X", sha256.Sum256([]byte(i.id)))[:40],
		"Windows is Ready to use",
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(at + line + "\r\n")
	}
	return b.String()
}
