package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

var topologyOperations = []operation{
	reading("Filters{Name Values} GroupNames InstanceIds MaxResults NextToken", (*view).describeInstanceTopology),
}

var topologyFilters = filterable[instance]{
	table: func(s *state) *store.Table[instance] { return s.instances },
	id:    instanceID,
	filters: map[string]filterOn[instance]{
		"availability-zone": instanceZone,
		"instance-type":     instanceType,
		"zone-id":           instanceZoneID,
	},
}

// topologyPaging tells twenty instances if the request names none.
var topologyPaging = paging{min: 1, max: 100, badToken: usualPaging.badToken}

const usualTopologies = 20

// describeInstanceTopology tells where running instances of the types for fast networks are in the network; others are
// left out (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-topology-prerequisites.html).
func (v *view) describeInstanceTopology(in *ec2.DescribeInstanceTopologyInput) (*ec2.DescribeInstanceTopologyOutput, error) {
	pg, err := topologyPaging.at("DescribeInstanceTopology", in.MaxResults, in.NextToken, len(in.InstanceIds), "instanceId")
	if err != nil {
		return nil, err
	}
	if pg.size == 0 && len(in.InstanceIds) == 0 {
		pg.size = usualTopologies
	}
	if n := max(len(in.InstanceIds), len(in.GroupNames)); n > int(topologyPaging.max) {
		return nil, fail("InvalidParameterValue", "At most %d instances or placement groups may be named, not %d.", topologyPaging.max, n)
	}
	if len(in.GroupNames) > 0 { // there are none in this cloud
		return nil, fail("InvalidPlacementGroup.Unknown", "The Placement Group '%s' is unknown.", in.GroupNames[0])
	}
	rows, next, err := topologyFilters.listingOf(func(i *instance) bool {
		return i.state == ec2types.InstanceStateNameRunning && networkLayers(i.typ) > 0
	}, v, in.Filters, in.InstanceIds, v.instanceByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceTopologyOutput{NextToken: next, Instances: make([]ec2types.InstanceTopology, 0, len(rows))}
	for _, i := range rows {
		out.Instances = append(out.Instances, ec2types.InstanceTopology{
			AvailabilityZone: ptr(i.zone), InstanceId: ptr(i.id), InstanceType: ptr(i.typ),
			NetworkNodes: v.networkNodes(i), ZoneId: ptr(v.zoneID(i.zone)),
		})
	}
	return out, nil
}

var (
	threeLayers = regexp.MustCompile(`^(g[67]e|hpc\w+|p3dn|p4de?|p5e?n?|trn\d\w*)\.`)
	fourLayers  = regexp.MustCompile(`^p6\S*\.`)
)

// networkLayers is how many layers of the network are told of a type; 0 for types of which nothing is.
func networkLayers(typ string) int {
	switch {
	case threeLayers.MatchString(typ):
		return 3
	case fourLayers.MatchString(typ):
		return 4
	}
	return 0
}

// networkNodes are from the one that a zone's instances all share down to the one that few do. They differ between
// accounts, as EC2's do.
func (v *view) networkNodes(i *instance) []string {
	layers := networkLayers(i.typ)
	place := sha256.Sum256([]byte(i.id))
	nodes := make([]string, layers)
	path := v.Account + i.zone
	for n := range nodes {
		hash := sha256.Sum256([]byte(path))
		nodes[n] = "nn-" + hex.EncodeToString(hash[:])[:17]
		path += fmt.Sprint("/", place[n]%4)
	}
	return nodes
}
