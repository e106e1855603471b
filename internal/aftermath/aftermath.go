// Package aftermath decides what may have happened when a creating call failed: whether EC2 refused,
// or whether it may have done the deed without our learning of it, and then looks for what it made.
package aftermath

import (
	"context"
	"errors"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// Codes with which EC2 answers although it may have carried the request out.
var serverFaults = map[string]bool{
	"InternalError": true, "InternalFailure": true, "ServerInternal": true,
	"ServiceUnavailable": true, "Unavailable": true, "RequestTimeout": true,
}

// Uncertain tells whether the deed may have been done although the call failed: the reply was lost,
// the context ended, or the server failed. A refusal with a code is certain.
func Uncertain(err error) bool {
	if err == nil {
		return false
	}
	var be *backend.Error
	if errors.As(err, &be) && be.Code != "" {
		return serverFaults[be.Code]
	}
	return true
}

// Between an uncertain call and the last look for what it made: EC2 may still be at work on it, and
// a new ID isn't visible at once (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
var pauses = []time.Duration{0, time.Second, 2 * time.Second}

// A look at a backend that doesn't answer must not hold up for ever the one who cancelled.
const patience = 30 * time.Second

// Look calls find until it finds something, gets an error or has looked often enough. It looks even
// when ctx has ended, since otherwise a cancelled launch would be lost.
func Look(ctx context.Context, find func(context.Context) (found bool, err error)) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for _, pause := range pauses {
		time.Sleep(pause)
		if found, err := find(ctx); err != nil || found {
			return err
		}
	}
	return nil
}
