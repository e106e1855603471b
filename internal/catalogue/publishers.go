package catalogue

import (
	"fmt"
	"hash/fnv"
	"io"

	"github.com/amiclass/amiclass/region"
)

// publisher is who publishes public images: by which account in which region, and under which alias.
type publisher struct {
	name  string
	alias string // amazon, aws-marketplace or empty

	accounts map[region.Partition]string
	// Where a publisher has accounts of its own that aren't known, regions have made-up ones.
	except map[region.Region]string
	// regional publishers have another account in each region that is opted in to.
	regional bool
}

// The aliases that EC2 gives to publishers
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
const (
	AliasAmazon      = "amazon"
	AliasMarketplace = "aws-marketplace"
)

// The publishers. The accounts are public knowledge, found in documentation of the publishers and in
// many public repositories; Amazon Linux's come with the images.
var (
	amazonLinux = &publisher{name: "Amazon Linux", alias: AliasAmazon, regional: true, accounts: map[region.Partition]string{
		region.PartitionStandard: "137112412989", region.PartitionGovCloud: "045324592363", region.PartitionChina: "141808717104"}}
	// https://docs.aws.amazon.com/ec2/latest/windows-ami-reference/windows-ami-notifications.html
	windows = &publisher{name: "Windows", alias: AliasAmazon, regional: true, accounts: map[region.Partition]string{
		region.PartitionStandard: "801119661308", region.PartitionGovCloud: "077303321853", region.PartitionChina: "016951021795"},
		except: map[region.Region]string{region.ILCentral1: "185158320714"}}
	macOS = &publisher{name: "macOS", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "628277914472"}}
	// https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
	canonical = &publisher{name: "Ubuntu", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "099720109477", region.PartitionGovCloud: "513442679011", region.PartitionChina: "837727238323"}}
	debian = &publisher{name: "Debian", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "136693071363"}}
	redHat = &publisher{name: "RHEL", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "309956199498", region.PartitionGovCloud: "219670896067", region.PartitionChina: "841258680906"}}
	suse = &publisher{name: "SLES", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "013907871322", region.PartitionChina: "841869936221"}}
	// https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-amis.html; the accounts are (mem)
	eks = &publisher{name: "Amazon EKS", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "602401143452", region.PartitionGovCloud: "151742754352", region.PartitionChina: "961992271922"}}
	bottlerocket = &publisher{name: "Bottlerocket", alias: AliasAmazon, accounts: map[region.Partition]string{
		region.PartitionStandard: "092701018921", region.PartitionGovCloud: "244826544574", region.PartitionChina: "183470599484"}}
	marketplace = &publisher{name: "Marketplace", alias: AliasMarketplace, accounts: map[region.Partition]string{
		region.PartitionStandard: "679593333241", region.PartitionGovCloud: "345084742485", region.PartitionChina: "336777782633"}}
	rocky = &publisher{name: "Rocky Linux", accounts: map[region.Partition]string{
		region.PartitionStandard: "792107900819"}}
	alma = &publisher{name: "AlmaLinux", accounts: map[region.Partition]string{
		region.PartitionStandard: "764336703387"}}

	// Two accounts that don't exist: one of an honest stranger and one that isn't.
	stranger = &publisher{name: "a stranger", accounts: everywhere(StrangerAccount)}
	impostor = &publisher{name: "an impostor", accounts: everywhere(ImpostorAccount)}
)

// The accounts of the community samples. They are made up.
const (
	StrangerAccount = "220987654321"
	ImpostorAccount = "666000666000"
)

func everywhere(account string) map[region.Partition]string {
	return map[region.Partition]string{
		region.PartitionStandard: account, region.PartitionGovCloud: account, region.PartitionChina: account,
	}
}

// accountIn gives the account by which the publisher publishes in a region; false if it isn't known to
// publish there. Where it has an account of its own that isn't known, this one is made up.
func (p *publisher) accountIn(r region.Region) (string, bool) {
	account, ok := p.accounts[r.Partition()]
	switch special := p.except[r]; {
	case !ok:
		return "", false
	case special != "":
		return special, true
	case p.regional && r.Partition() == region.PartitionStandard && optIn(r) == notOptedIn:
		return madeUpAccount(p.name, r), true
	}
	return account, true
}

func madeUpAccount(publisher string, r region.Region) string {
	h := fnv.New64a()
	io.WriteString(h, publisher+" in "+string(r))
	return fmt.Sprintf("%012d", 500_000_000_000+mix(h.Sum64())%100_000_000_000)
}
