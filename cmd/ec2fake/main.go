// Command ec2fake is the cloud in memory as a process, for tools and programs that aren't Go: the aws CLI, boto3,
// terraform and every other client of EC2, STS, SSM and KMS use it unmodified. It prints what to export:
//
//	$ go run github.com/amiclass/amiclass/cmd/ec2fake@latest
//	export AWS_ENDPOINT_URL=http://127.0.0.1:4577
//	…
//
// It listens on the loopback interface unless -addr says otherwise, forgets all when it stops, and is driven under
// /_ec2fake/: health, reset, calls, faults, clock (see docs/other-languages.md).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "ec2fake:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	addr       string
	region     string
	seed       uint64
	tls        bool
	lenient    bool
	verbose    bool
	keep       int
	allowHosts hosts
	delays     fake.Delays
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("ec2fake", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:4577", "address to listen on; port 0 is a free one")
	flags.StringVar(&s.region, "region", string(region.USEast1), "region that the printed variables name")
	flags.Uint64Var(&s.seed, "seed", 0, "chooses the IDs and addresses that are given")
	flags.BoolVar(&s.tls, "tls", false, "serve https, with a certificate made at the start")
	flags.BoolVar(&s.lenient, "lenient", false, "carry on when a request sets a field that isn't modelled")
	flags.BoolVar(&s.verbose, "v", false, "log each request to standard error")
	flags.IntVar(&s.keep, "keep-calls", 10_000, "how many calls the log keeps")
	flags.Var(&s.allowHosts, "allow-host", "host `name` under which requests may come, besides those of the loopback interface; may be repeated")
	for _, d := range delaysOf(&s.delays) {
		flags.DurationVar(d.value, "delay-"+d.name, 0, d.usage)
	}
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("%q: ec2fake takes flags only; see ec2fake -h", strings.Join(flags.Args(), " "))
	}
	if !regionShape.MatchString(s.region) {
		return s, fmt.Errorf("-region: %q is no region, such as us-east-1", s.region)
	}
	return s, nil
}

var regionShape = regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+$`)

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	level := slog.LevelWarn
	if s.verbose {
		level = slog.LevelInfo
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	server, err := listen(s, newAdmin(s), logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.cleanUp()) }()
	for _, variable := range server.environment() {
		fmt.Fprintf(stdout, "export %s=%s\n", variable[0], variable[1])
	}
	return server.serve(ctx)
}
