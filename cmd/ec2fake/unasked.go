package main

import (
	"net"
	"net/http"
	"sync"
)

// unasked are the connections that no request has come over yet. Clients open some in advance, and net/http's Shutdown
// waits for five seconds whether one comes.
type unasked struct {
	mu       sync.Mutex
	open     map[net.Conn]bool
	stopping bool
}

// note is the server's ConnState.
func (u *unasked) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.open, c)
	case u.stopping:
		_ = c.Close() // nobody hears of it: it brought nothing and got nothing
	default:
		if u.open == nil {
			u.open = make(map[net.Conn]bool)
		}
		u.open[c] = true
	}
}

// hangUp closes them, and those still to come.
func (u *unasked) hangUp() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stopping = true
	for c := range u.open {
		_ = c.Close()
	}
}
