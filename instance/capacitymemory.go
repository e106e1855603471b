package instance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Market is how capacity is bought.
type Market string

// The markets, as EC2 names them.
const (
	OnDemandMarket Market = "on-demand"
	SpotMarket     Market = "spot"
)

// Pool is where EC2 has capacity or not: a type in a zone, for one of the markets.
type Pool struct {
	Region   region.Region
	Type     string
	Zone     region.Zone // empty where it was left to EC2
	SubnetID string      // only where the zone isn't known
	Market   Market
}

// String reads "m7g.large in us-east-1a, spot".
func (p Pool) String() string {
	return fmt.Sprintf("%s in %s, %s", p.Type, cmp.Or(string(p.Zone), p.SubnetID, string(p.Region)), p.Market)
}

// CapacityMemory remembers for a while which pools had no capacity, so that a service doesn't ask for the same in vain
// with every launch: [Plan.Remember]. The zero CapacityMemory remembers for three minutes. It is safe for concurrent use
// and must not be copied.
type CapacityMemory struct {
	lasting time.Duration
	mu      sync.Mutex
	until   map[Pool]time.Time
}

const lastingDefault = 3 * time.Minute

// NewCapacityMemory remembers for as long as is said; AWS asks to wait a few minutes
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html).
func NewCapacityMemory(lasting time.Duration) *CapacityMemory {
	return &CapacityMemory{lasting: lasting}
}

// Empty are the pools that had no capacity lately, in order of their names.
func (m *CapacityMemory) Empty() []Pool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	var all []Pool
	for p := range m.until {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Pool) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// forget strikes out what was long ago.
func (m *CapacityMemory) forget() {
	now := time.Now()
	for p, until := range m.until {
		if !now.Before(until) {
			delete(m.until, p)
		}
	}
}

func (m *CapacityMemory) isEmpty(p Pool) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	until, ok := m.until[p]
	return ok && time.Now().Before(until)
}

// learn enters what EC2 answered for a pool.
func (m *CapacityMemory) learn(p Pool, err error) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	switch {
	case err == nil:
		delete(m.until, p)
	case emptyPool(err):
		if m.until == nil {
			m.until = make(map[Pool]time.Time)
		}
		m.until[p] = time.Now().Add(cmp.Or(m.lasting, lastingDefault))
	}
}

// Codes that say nothing of a pool, but of a subnet or of what was asked for.
var notOfPools = []string{"InsufficientFreeAddressesInSubnet", "InsufficientAddressCapacity", "InsufficientVolumeCapacity"}

func emptyPool(err error) bool {
	return errors.Is(err, backend.ErrCapacity) && !slices.Contains(notOfPools, codeOf(err))
}

func codeOf(err error) string {
	var e *backend.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
