package engine

import (
	"iter"
	"slices"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// tables is a table for each resource. One that is new has a field here and a line in tableList.
type tables struct {
	credits             *store.Table[creditDefault]
	due                 *store.Table[event]
	ebsSettings         *store.Table[ebsSettings]
	elastic             *store.Table[elasticAddress]
	fleets              *store.Table[fleet]
	formerImages        *store.Table[image]
	groups              *store.Table[group]
	imageLaunches       *store.Table[imageLaunch]
	images              *store.Table[image]
	imageReports        *store.Table[imageReport]
	imageSettings       *store.Table[imageSettings]
	instances           *store.Table[instance]
	interfaces          *store.Table[networkInterface]
	keyPairs            *store.Table[keyPair]
	kmsAliases          *store.Table[kmsAlias]
	kmsGrants           *store.Table[kmsGrant]
	kmsKeys             *store.Table[kmsKey]
	memberships         *store.Table[membership]
	modifications       *store.Table[volumeModification]
	parameters          *store.Table[ownParameter]
	profileAssociations *store.Table[profileAssociation]
	metadataDefaults    *store.Table[metadataDefaults]
	profiles            *store.Table[instanceProfile]
	released            *store.Table[releasedAddress]
	rules               *store.Table[groupRule]
	sessions            *store.Table[session]
	snapshots           *store.Table[snapshot]
	snapshotSettings    *store.Table[snapshotSettings]
	subnets             *store.Table[subnet]
	templates           *store.Table[launchTemplate]
	templateVersions    *store.Table[templateVersion]
	subscriptions       *store.Table[subscription]
	tags                *store.Table[tag]
	tokens              *store.Table[token]
	volumes             *store.Table[volume]
	vpcs                *store.Table[vpc]
	dhcp                *store.Table[dhcpOptions]
	natGateways         *store.Table[natGateway]
	gateways            *store.Table[gateway]
	routeTables         *store.Table[routeTable]
	routing             *store.Table[routeAssociation]
	acls                *store.Table[networkACL]
}

var tableList = []tableOf{
	is(aclSchema, func(t *tables) **store.Table[networkACL] { return &t.acls }),
	is(creditSchema, func(t *tables) **store.Table[creditDefault] { return &t.credits }),
	is(ebsSettingsSchema, func(t *tables) **store.Table[ebsSettings] { return &t.ebsSettings }),
	is(dhcpSchema, func(t *tables) **store.Table[dhcpOptions] { return &t.dhcp }),
	is(gatewaySchema, func(t *tables) **store.Table[gateway] { return &t.gateways }),
	is(routeAssociationSchema, func(t *tables) **store.Table[routeAssociation] { return &t.routing }),
	is(routeTableSchema, func(t *tables) **store.Table[routeTable] { return &t.routeTables }),
	is(natSchema, func(t *tables) **store.Table[natGateway] { return &t.natGateways }),
	is(eventSchema, func(t *tables) **store.Table[event] { return &t.due }),
	is(fleetSchema, func(t *tables) **store.Table[fleet] { return &t.fleets }),
	is(elasticSchema, func(t *tables) **store.Table[elasticAddress] { return &t.elastic }),
	is(groupSchema, func(t *tables) **store.Table[group] { return &t.groups }),
	is(imageSchema, func(t *tables) **store.Table[image] { return &t.images }),
	is(imageReportSchema, func(t *tables) **store.Table[imageReport] { return &t.imageReports }),
	is(instanceSchema, func(t *tables) **store.Table[instance] { return &t.instances }),
	is(interfaceSchema, func(t *tables) **store.Table[networkInterface] { return &t.interfaces }),
	is(kmsAliasSchema, func(t *tables) **store.Table[kmsAlias] { return &t.kmsAliases }),
	is(kmsGrantSchema, func(t *tables) **store.Table[kmsGrant] { return &t.kmsGrants }),
	is(kmsKeySchema, func(t *tables) **store.Table[kmsKey] { return &t.kmsKeys }),
	is(keyPairSchema, func(t *tables) **store.Table[keyPair] { return &t.keyPairs }),
	is(ownParameterSchema, func(t *tables) **store.Table[ownParameter] { return &t.parameters }),
	is(profileAssociationSchema, func(t *tables) **store.Table[profileAssociation] { return &t.profileAssociations }),
	is(metadataDefaultsSchema, func(t *tables) **store.Table[metadataDefaults] { return &t.metadataDefaults }),
	is(profileSchema, func(t *tables) **store.Table[instanceProfile] { return &t.profiles }),
	is(releasedSchema, func(t *tables) **store.Table[releasedAddress] { return &t.released }),
	is(ruleSchema, func(t *tables) **store.Table[groupRule] { return &t.rules }),
	is(sessionSchema, func(t *tables) **store.Table[session] { return &t.sessions }),
	is(snapshotSchema, func(t *tables) **store.Table[snapshot] { return &t.snapshots }),
	is(snapshotSettingsSchema, func(t *tables) **store.Table[snapshotSettings] { return &t.snapshotSettings }),
	is(subnetSchema, func(t *tables) **store.Table[subnet] { return &t.subnets }),
	is(imageSettingsSchema, func(t *tables) **store.Table[imageSettings] { return &t.imageSettings }),
	is(membershipSchema, func(t *tables) **store.Table[membership] { return &t.memberships }),
	is(formerImageSchema, func(t *tables) **store.Table[image] { return &t.formerImages }),
	is(imageLaunchSchema, func(t *tables) **store.Table[imageLaunch] { return &t.imageLaunches }),
	is(subscriptionSchema, func(t *tables) **store.Table[subscription] { return &t.subscriptions }),
	is(templateSchema, func(t *tables) **store.Table[launchTemplate] { return &t.templates }),
	is(templateVersionSchema, func(t *tables) **store.Table[templateVersion] { return &t.templateVersions }),
	is(tagSchema, func(t *tables) **store.Table[tag] { return &t.tags }),
	is(tokenSchema, func(t *tables) **store.Table[token] { return &t.tokens }),
	is(volumeSchema, func(t *tables) **store.Table[volume] { return &t.volumes }),
	is(modificationSchema, func(t *tables) **store.Table[volumeModification] { return &t.modifications }),
	is(vpcSchema, func(t *tables) **store.Table[vpc] { return &t.vpcs }),
}

// tableOf is one of the tables, whatever its rows: it makes an empty one, or one's own of a table that
// is shared, and shows the rows, pointers all, in order of scope and ID.
type tableOf struct {
	name        string
	empty, fork func(*tables)
	size        func(*tables) int
	rows        func(*tables) iter.Seq[any]
}

func is[R any](schema store.Schema[R], field func(*tables) **store.Table[R]) tableOf {
	return tableOf{
		name:  schema.Name,
		empty: func(t *tables) { *field(t) = store.New(schema) },
		fork:  func(t *tables) { at := field(t); *at = (*at).Fork() },
		size:  func(t *tables) int { return (*field(t)).Len() },
		rows: func(t *tables) iter.Seq[any] {
			return func(yield func(any) bool) {
				for row := range (*field(t)).Every() {
					if !yield(row) {
						return
					}
				}
			}
		},
	}
}

func newTables() tables {
	var t tables
	for _, table := range tableList {
		table.empty(&t)
	}
	return t
}

// fork makes a copy of tables one of its own.
func (t *tables) fork() {
	for _, table := range tableList {
		table.fork(t)
	}
}

// bare tells whether there is no row in any table.
func (t *tables) bare() bool {
	return !slices.ContainsFunc(tableList, func(table tableOf) bool { return table.size(t) > 0 })
}
