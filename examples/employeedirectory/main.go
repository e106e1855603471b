// Command employeedirectory tells what this library is for: a class becomes a server, the server a new
// class, the class a twin of the server and a server in another region.
//
//	go run ./examples/employeedirectory        # on AWS in memory
//	go run ./examples/employeedirectory -aws   # on the account of your credentials; it costs money
//
// The story itself, in story.go, doesn't know on which of the two it runs.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "employeedirectory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("employeedirectory", flag.ContinueOnError)
	flags.SetOutput(out)
	onAWS := flags.Bool("aws", false, "run on the real account of your AWS credentials")
	from := flags.String("region", string(region.USEast1), "where the story begins")
	to := flags.String("to", string(region.EUWest1), "where the image is copied to")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	home, err := region.Parse(*from)
	if err != nil {
		return fmt.Errorf("-region: %w", err)
	}
	abroad, err := region.Parse(*to)
	if err != nil {
		return fmt.Errorf("-to: %w", err)
	}
	if home == abroad {
		return errors.New("-to: the image goes to another region than -region")
	}

	be, name, every := inMemory(home), "directory", 300*time.Millisecond
	if *onAWS {
		if be, err = onAccount(ctx, home); err != nil {
			return err
		}
		every = 5 * time.Second
		name = "directory-" + time.Now().UTC().Format("20060102-150405")
		if ok, err := agreed(ctx, be, abroad, in, out); err != nil || !ok {
			return err
		}
	}
	return story{out: out, name: name, abroad: abroad, every: every}.tell(ctx, be)
}

// inMemory is a cloud whose transitions take just so long that one can watch them.
func inMemory(r region.Region) backend.Backend {
	return fake.New(fake.Seed(1), fake.WithDelays(fake.Delays{
		Launch:    400 * time.Millisecond,
		Terminate: 200 * time.Millisecond,
		Snapshot:  900 * time.Millisecond,
		Copy:      900 * time.Millisecond,
	})).Backend(r)
}

func onAccount(ctx context.Context, r region.Region) (backend.Backend, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(string(r)))
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	return awsbackend.New(cfg), nil
}

// agreed says what will be made, and asks.
func agreed(ctx context.Context, be backend.Backend, abroad region.Region, in io.Reader, out io.Writer) (bool, error) {
	account := "your account"
	if id, ok := be.(backend.Identity); ok {
		n, err := id.Account(ctx)
		if err != nil {
			return false, fmt.Errorf("whose credentials these are: %w", err)
		}
		account = "account " + n
	}
	fmt.Fprintf(out, `This will create in %s, and take away again at the end:
  in %s: 2 instances (t4g.small) with 2 encrypted volumes each, 1 image with 2 snapshots
  in %s: 1 instance (t4g.small) with 2 encrypted volumes, 1 image with 2 snapshots
It costs a few cents. Go on? [y/N] `, account, be.Region(), abroad)
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		fmt.Fprintln(out, "Nothing was created.")
		return false, nil
	}
	return true, nil
}
