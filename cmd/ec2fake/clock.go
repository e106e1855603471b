package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/amiclass/amiclass/fake"
)

// delay is one of the cloud's, by name.
type delay struct {
	name  string
	usage string
	value *time.Duration
}

func delaysOf(d *fake.Delays) []delay {
	return []delay{
		{"launch", "how long an instance is pending", &d.Launch},
		{"stop", "how long an instance is stopping", &d.Stop},
		{"terminate", "how long an instance is shutting down", &d.Terminate},
		{"checks", "from running until the status checks have passed", &d.Checks},
		{"snapshot", "how long a snapshot, and so an image, is pending", &d.Snapshot},
		{"copy", "the same for copies", &d.Copy},
		{"volume", "how long a volume is made, attached or detached", &d.Volume},
		{"gateway", "how long a NAT gateway is made or deleted", &d.Gateway},
		{"modify", "how long a volume's modification takes", &d.Modify},
	}
}

// clockState is what the clock's path tells.
type clockState struct {
	Now    time.Time         `json:"now"`
	Delays map[string]string `json:"delays"`
}

func (a *admin) tellClock(w http.ResponseWriter, _ *http.Request) {
	state := clockState{Now: a.now(), Delays: map[string]string{}}
	delays := *a.current.Load().delays.Load()
	for _, d := range delaysOf(&delays) {
		state.Delays[d.name] = d.value.String()
	}
	tell(w, state)
}

// clockRequest sets the clock forward and changes delays, as Go writes durations: "1h30m".
type clockRequest struct {
	Advance string            `json:"advance"`
	Delays  map[string]string `json:"delays"`
}

func (a *admin) setClock(w http.ResponseWriter, r *http.Request) {
	var asked clockRequest
	if !read(w, r, &asked) {
		return
	}
	cloud := a.current.Load()
	delays := *cloud.delays.Load()
	ahead, err := asked.apply(&delays)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cloud.SetDelays(delays)
	cloud.delays.Store(&delays)
	a.ahead.Add(int64(ahead))
	a.tellClock(w, r)
}

// apply checks a request, changes the delays, and tells how far the clock goes forward.
func (c clockRequest) apply(delays *fake.Delays) (ahead time.Duration, err error) {
	if c.Advance != "" {
		if ahead, err = time.ParseDuration(c.Advance); err != nil || ahead < 0 {
			return 0, fmt.Errorf("advance: %q is no duration forward, such as 90m", c.Advance)
		}
	}
	known := map[string]*time.Duration{}
	for _, d := range delaysOf(delays) {
		known[d.name] = d.value
	}
	for name, text := range c.Delays {
		d, err := time.ParseDuration(text)
		switch {
		case known[name] == nil:
			return 0, fmt.Errorf("delays: there is no delay %q", name)
		case err != nil || d < 0:
			return 0, fmt.Errorf("delays: %s: %q is no duration, such as 30s", name, text)
		}
		*known[name] = d
	}
	return ahead, nil
}
