package instance

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/amiclass/amiclass/internal/strictjson"
	"github.com/amiclass/amiclass/region"
)

// MarshalText writes a size as "30GiB".
func (s Size) MarshalText() ([]byte, error) { return []byte(sizeWord(s)), nil }

// UnmarshalText reads a size such as "30GiB", "512MiB" or "1.5TiB".
func (s *Size) UnmarshalText(text []byte) error {
	n, err := parseSize(string(text))
	if err != nil {
		return fmt.Errorf("%q is no size: write it as 30GiB", text)
	}
	*s = n
	return nil
}

// settingOf is what a field says that may be left out.
func settingOf[T any](p *T) (s setting[T]) {
	if p != nil {
		s = some(*p)
	}
	return s
}

type volumeJSON struct {
	Type                *string `json:"type,omitempty"`
	Size                *Size   `json:"size,omitempty"`
	IOPS                *int    `json:"iops,omitempty"`
	Throughput          *int    `json:"throughput,omitempty"`
	Snapshot            *string `json:"snapshot,omitempty"`
	FallbackSnapshot    *string `json:"fallbackSnapshot,omitempty"`
	Encrypted           *bool   `json:"encrypted,omitempty"`
	KMSKey              *string `json:"kmsKey,omitempty"`
	DeleteOnTermination *bool   `json:"deleteOnTermination,omitempty"`
	Anew                bool    `json:"anew,omitempty"`
}

func (v Volume) json() volumeJSON {
	j := volumeJSON{
		Type: v.kind.pointer(), Size: v.size.pointer(), IOPS: v.iops.pointer(), Throughput: v.throughput.pointer(),
		DeleteOnTermination: v.deleted.pointer(), Anew: v.anew,
	}
	if s, ok := v.snapshot.get(); ok && s.fallback {
		j.FallbackSnapshot = &s.id
	} else if ok {
		j.Snapshot = &s.id
	}
	if e, ok := v.encryption.get(); ok {
		j.Encrypted = &e.on
		if e.keyed {
			j.KMSKey = &e.key
		}
	}
	return j
}

func (j volumeJSON) volume() (Volume, error) {
	v := Volume{
		kind: settingOf(j.Type), size: settingOf(j.Size), iops: settingOf(j.IOPS), throughput: settingOf(j.Throughput),
		deleted: settingOf(j.DeleteOnTermination), anew: j.Anew,
	}
	switch {
	case j.Snapshot != nil && j.FallbackSnapshot != nil:
		return v, errors.New("snapshot and fallbackSnapshot are said: leave one out")
	case j.Snapshot != nil:
		v = v.WithSnapshot(*j.Snapshot)
	case j.FallbackSnapshot != nil:
		v.snapshot = some(snapshot{id: *j.FallbackSnapshot, fallback: true})
	}
	switch {
	case j.KMSKey != nil && j.Encrypted != nil && !*j.Encrypted:
		return v, errors.New("kmsKey is said, and encrypted is false: leave one out")
	case j.KMSKey != nil:
		v = v.EncryptedWith(*j.KMSKey)
	case j.Encrypted != nil:
		v.encryption = some(encryption{on: *j.Encrypted})
	}
	return v, nil
}

// MarshalJSON writes what the volume says.
func (v Volume) MarshalJSON() ([]byte, error) { return json.Marshal(v.json()) }

// UnmarshalJSON reads what [Volume.MarshalJSON] writes.
func (v *Volume) UnmarshalJSON(text []byte) error {
	var j volumeJSON
	if err := strictjson.Decode(text, &j); err != nil {
		return err
	}
	read, err := j.volume()
	if err == nil {
		*v = read
	}
	return err
}

type entryJSON struct {
	volumeJSON
	InstanceStore string `json:"instanceStore,omitempty"`
	Instead       bool   `json:"instead,omitempty"` // of what lies below
}

// MarshalJSON writes null for a volume that is dropped.
func (e volumeEntry) MarshalJSON() ([]byte, error) {
	switch {
	case !e.present:
		return []byte("null"), nil
	case e.store != "":
		return json.Marshal(entryJSON{InstanceStore: e.store})
	}
	return json.Marshal(entryJSON{volumeJSON: e.volume.json(), Instead: e.reset})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *volumeEntry) UnmarshalJSON(text []byte) error {
	if strictjson.IsNull(text) {
		*e = volumeEntry{reset: true}
		return nil
	}
	var j entryJSON
	if err := strictjson.Decode(text, &j); err != nil {
		return err
	}
	if j.InstanceStore != "" {
		if j.volumeJSON != (volumeJSON{}) {
			return errors.New("instanceStore is said, and an EBS volume too: leave one out")
		}
		*e = volumeEntry{store: j.InstanceStore, present: true, reset: true}
		return nil
	}
	v, err := j.volume()
	*e = volumeEntry{volume: v, present: true, reset: j.Instead}
	return err
}

type subnetsJSON struct {
	IDs  []string          `json:"ids,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
}

// MarshalJSON writes IDs and tags.
func (n Subnets) MarshalJSON() ([]byte, error) { return json.Marshal(subnetsJSON{n.ids, n.tags}) }

// UnmarshalJSON reads what [Subnets.MarshalJSON] writes.
func (n *Subnets) UnmarshalJSON(text []byte) error {
	var j subnetsJSON
	err := strictjson.Decode(text, &j)
	*n = Subnets{j.IDs, j.Tags}
	return err
}

type ipv6JSON struct {
	Count     int      `json:"count,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
}

// MarshalJSON writes how many, or which.
func (a ipv6) MarshalJSON() ([]byte, error) { return json.Marshal(ipv6JSON{a.count, a.addresses}) }

// UnmarshalJSON reads what MarshalJSON writes.
func (a *ipv6) UnmarshalJSON(text []byte) error {
	var j ipv6JSON
	err := strictjson.Decode(text, &j)
	*a = ipv6{j.Count, j.Addresses}
	return err
}

type interfaceJSON struct {
	ID                  string   `json:"id,omitempty"`
	Type                *string  `json:"type,omitempty"`
	Description         *string  `json:"description,omitempty"`
	NetworkCard         *int     `json:"networkCard,omitempty"`
	Subnet              *string  `json:"subnet,omitempty"`
	Groups              []string `json:"groups,omitempty"`
	PrivateIP           *string  `json:"privateIP,omitempty"`
	SecondaryIPs        *int     `json:"secondaryIPs,omitempty"`
	IPv6                *ipv6    `json:"ipv6,omitempty"`
	DeleteOnTermination *bool    `json:"deleteOnTermination,omitempty"`
}

// MarshalJSON writes what the interface says.
func (i Interface) MarshalJSON() ([]byte, error) {
	j := interfaceJSON{
		ID: i.id, Type: i.kind.pointer(), Description: i.description.pointer(), NetworkCard: i.card.pointer(), Subnet: i.subnet.pointer(), Groups: i.groups,
		PrivateIP: i.privateIP.pointer(), SecondaryIPs: i.secondaryIPs.pointer(), DeleteOnTermination: i.deleted.pointer(),
	}
	if i.ipv6.count != 0 || len(i.ipv6.addresses) > 0 {
		j.IPv6 = &i.ipv6
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what [Interface.MarshalJSON] writes.
func (i *Interface) UnmarshalJSON(text []byte) error {
	var j interfaceJSON
	err := strictjson.Decode(text, &j)
	*i = Interface{
		id: j.ID, kind: settingOf(j.Type), description: settingOf(j.Description), card: settingOf(j.NetworkCard), subnet: settingOf(j.Subnet), groups: j.Groups,
		privateIP: settingOf(j.PrivateIP), secondaryIPs: settingOf(j.SecondaryIPs), deleted: settingOf(j.DeleteOnTermination),
	}
	if j.IPv6 != nil {
		i.ipv6 = *j.IPv6
	}
	return err
}

type firewallJSON struct {
	In     []ruleJSON `json:"in,omitempty"`
	Out    []ruleJSON `json:"out,omitempty"`
	Closed bool       `json:"closed,omitempty"`
}

type ruleJSON struct {
	Protocol    string `json:"protocol"`
	From        int    `json:"from"`
	To          int    `json:"to"`
	Peer        Peer   `json:"peer"`
	Description string `json:"description,omitempty"`
}

// MarshalJSON writes the rules in their order.
func (w Firewall) MarshalJSON() ([]byte, error) {
	rules := func(all []firewallRule) (out []ruleJSON) {
		for _, r := range all {
			out = append(out, ruleJSON{r.traffic.protocol, r.traffic.from, r.traffic.to, r.peer, r.traffic.description})
		}
		return out
	}
	return json.Marshal(firewallJSON{rules(w.in), rules(w.out), w.closed})
}

// UnmarshalJSON reads what [Firewall.MarshalJSON] writes.
func (w *Firewall) UnmarshalJSON(text []byte) error {
	var j firewallJSON
	if err := strictjson.Decode(text, &j); err != nil {
		return err
	}
	var read Firewall
	for _, r := range j.In {
		read = read.Allow(r.traffic(), r.Peer)
	}
	for _, r := range j.Out {
		read = read.AllowOut(r.traffic(), r.Peer)
	}
	read.closed = read.closed || j.Closed
	*w = read
	return nil
}

func (r ruleJSON) traffic() Traffic {
	return Traffic{protocol: r.Protocol, from: r.From, to: r.To, description: r.Description}
}

type planJSON struct {
	SpotFirst    bool          `json:"spotFirst,omitempty"`
	OnDemand     int           `json:"onDemand,omitempty"`
	Types        []string      `json:"types,omitempty"`
	UpTo         int           `json:"upTo,omitempty"`
	Zones        []region.Zone `json:"zones,omitempty"`
	AtLeast      int           `json:"atLeast,omitempty"`
	AllOrNothing bool          `json:"allOrNothing,omitempty"`
}

// MarshalJSON writes the plan but for its memory, which is a process's own.
func (p Plan) MarshalJSON() ([]byte, error) {
	return json.Marshal(planJSON{p.spotFirst, p.onDemand, p.types, p.upTo, p.zones, p.least, p.whole})
}

// UnmarshalJSON reads what [Plan.MarshalJSON] writes; a memory that the plan has stays.
func (p *Plan) UnmarshalJSON(text []byte) error {
	var j planJSON
	err := strictjson.Decode(text, &j)
	*p = Plan{j.SpotFirst, j.OnDemand, j.Types, j.UpTo, j.Zones, j.AtLeast, j.AllOrNothing, p.memory}
	return err
}

// MarshalJSON writes text as it is, and other data as {"base64": "…"}.
func (u UserData) MarshalJSON() ([]byte, error) {
	switch {
	case u.fault != "":
		return nil, errors.New(u.fault)
	case utf8.ValidString(u.data):
		return json.Marshal(u.data)
	}
	return json.Marshal(map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(u.data))})
}

// UnmarshalJSON reads what [UserData.MarshalJSON] writes.
func (u *UserData) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		*u = UserData{data: plain}
		return nil
	}
	var encoded struct {
		Base64 *string `json:"base64"`
	}
	if err := strictjson.Decode(text, &encoded); err != nil || encoded.Base64 == nil {
		return errors.Join(errors.New("is neither text nor an object with base64"), err)
	}
	data, err := base64.StdEncoding.DecodeString(*encoded.Base64)
	*u = UserData{data: string(data)}
	return err
}
