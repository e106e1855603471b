package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/amiclass/amiclass/fake"
)

// admin serves a cloud that can be exchanged for a new one, and what drives it under /_ec2fake/.
type admin struct {
	settings settings
	mux      *http.ServeMux
	current  atomic.Pointer[served]
	ahead    atomic.Int64 // how far the clock is ahead, in nanoseconds
}

// served is a cloud with its handler.
type served struct {
	*fake.Cloud
	http.Handler
	delays atomic.Pointer[fake.Delays]
}

const adminPath = "/_ec2fake/"

func newAdmin(s settings) *admin {
	a := &admin{settings: s, mux: http.NewServeMux()}
	a.reset()
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { a.current.Load().ServeHTTP(w, r) })
	a.mux.HandleFunc("GET "+adminPath+"health", func(w http.ResponseWriter, _ *http.Request) { tell(w, map[string]any{"status": "ok"}) })
	a.mux.HandleFunc("POST "+adminPath+"reset", func(w http.ResponseWriter, _ *http.Request) { a.reset(); w.WriteHeader(http.StatusNoContent) })
	a.mux.HandleFunc("GET "+adminPath+"calls", a.calls)
	a.mux.HandleFunc("GET "+adminPath+"faults", a.listFaults)
	a.mux.HandleFunc("POST "+adminPath+"faults", a.addFault)
	a.mux.HandleFunc("DELETE "+adminPath+"faults", func(w http.ResponseWriter, _ *http.Request) {
		a.current.Load().ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	a.mux.HandleFunc("GET "+adminPath+"clock", a.tellClock)
	a.mux.HandleFunc("POST "+adminPath+"clock", a.setClock)
	a.mux.HandleFunc(adminPath, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, fmt.Sprintf("%s %s: there are health, reset, calls, faults and clock; see docs/other-languages.md", r.Method, r.URL.Path), http.StatusNotFound)
	})
	return a
}

// ServeHTTP answers clients of AWS at every path but the admin's own.
func (a *admin) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

func (a *admin) now() time.Time { return time.Now().Add(time.Duration(a.ahead.Load())) }

// reset begins a new cloud. The clock stays where it is: a cloud's time never goes back.
func (a *admin) reset() {
	s := a.settings
	options := []fake.Option{fake.Seed(s.seed), fake.Clock(a.now), fake.KeepCalls(s.keep), fake.WithDelays(s.delays)}
	if s.lenient {
		options = append(options, fake.Lenient())
	}
	cloud := fake.New(options...)
	next := &served{Cloud: cloud, Handler: cloud.Handler()}
	next.delays.Store(&s.delays)
	a.current.Store(next)
}

// call is one of the log.
type call struct {
	Service    string    `json:"service"`
	Operation  string    `json:"operation"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Time       time.Time `json:"time"`
	RequestID  string    `json:"requestId"`
	Invocation int       `json:"invocation"`
	Attempt    int       `json:"attempt"`
	Code       string    `json:"code,omitempty"`
	Done       bool      `json:"done"`
	LostReply  bool      `json:"lostReply,omitempty"`
	Unserved   []string  `json:"unserved,omitempty"`
	Input      any       `json:"input,omitempty"`
}

func (a *admin) calls(w http.ResponseWriter, r *http.Request) {
	log := []call{}
	for _, c := range a.current.Load().Calls(r.URL.Query()["operation"]...) {
		log = append(log, call{
			Service: c.Service, Operation: c.Operation, Account: c.Account, Region: string(c.Region), Time: c.Time, RequestID: c.RequestID,
			Invocation: c.Invocation, Attempt: c.Attempt, Code: c.Code, Done: c.Done, LostReply: c.LostReply, Unserved: c.Unserved, Input: given(reflect.ValueOf(c.Input)),
		})
	}
	tell(w, log)
}

// given is what is set of an input, so that a log shows what was asked and not all that could be.
func given(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return given(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t
		}
		set := map[string]any{}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
				set[f.Name] = given(v.Field(i))
			}
		}
		return set
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
		all := make([]any, v.Len())
		for i := range all {
			all[i] = given(v.Index(i))
		}
		return all
	}
	return v.Interface()
}

// faultRequest says a fault: of an operation, or the denial of an action.
type faultRequest struct {
	Operation string `json:"operation"`
	Fail      string `json:"fail"`
	Message   string `json:"message"`
	LoseReply bool   `json:"loseReply"`
	Deny      string `json:"deny"`
	Resource  string `json:"resource"`
	Account   string `json:"account"`
	Times     int    `json:"times"`
	After     int    `json:"after"`
}

func (f faultRequest) fault() (fake.Fault, error) {
	if (f.Operation == "") == (f.Deny == "") {
		return fake.Fault{}, fmt.Errorf("give either operation, such as RunInstances, or deny, such as ec2:RunInstances")
	}
	made := fake.On(f.Operation)
	if f.Deny != "" {
		if f.Fail != "" || f.LoseReply {
			return fake.Fault{}, fmt.Errorf("deny says by itself how it fails: leave out fail and loseReply")
		}
		resource := f.Resource
		if resource == "" {
			resource = "*"
		}
		made = fake.Deny(f.Deny, resource)
	} else if f.Resource != "" {
		return fake.Fault{}, fmt.Errorf("resource goes with deny")
	}
	if f.Fail != "" {
		made = made.Fail(f.Fail)
	}
	if f.Message != "" {
		made = made.Saying(f.Message)
	}
	if f.LoseReply {
		made = made.LoseReply()
	}
	if f.Account != "" {
		made = made.By(f.Account)
	}
	made = made.Times(f.Times).After(f.After)
	return made, made.Err()
}

func (a *admin) addFault(w http.ResponseWriter, r *http.Request) {
	var asked faultRequest
	if !read(w, r, &asked) {
		return
	}
	fault, err := asked.fault()
	if err != nil {
		http.Error(w, strings.TrimPrefix(err.Error(), "fake: "), http.StatusBadRequest)
		return
	}
	a.current.Load().Inject(fault)
	w.WriteHeader(http.StatusNoContent)
}

func (a *admin) listFaults(w http.ResponseWriter, _ *http.Request) {
	lines := []string{}
	for _, f := range a.current.Load().Faults() {
		lines = append(lines, f.String())
	}
	tell(w, lines)
}

// maxAdmin is how much of a request to the admin path is read.
const maxAdmin = 64 << 10

// read decodes a body, and answers what is wrong with it.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAdmin))
	body.DisallowUnknownFields()
	if err := body.Decode(into); err != nil {
		http.Error(w, "the body isn't the JSON that is expected here: "+err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func tell(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a client that is gone needs no answer
}
