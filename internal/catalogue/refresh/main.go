// Refresh rewrites the files of facts in internal/catalogue/data from a real account:
//
//	go run ./internal/catalogue/refresh
//
// Credentials and the region to begin in come from the environment and the shared configuration
// files, as for the AWS CLI. The account needs ec2:DescribeRegions, ec2:DescribeAvailabilityZones,
// ec2:DescribeInstanceTypes, ec2:DescribeInstanceTypeOfferings and ec2:DescribeImages; nothing is
// created and nothing costs money.
//
// Regions that the account has not opted in to, and those of other partitions, keep what the files
// say of them; they are named at the end. The same answers always give the same bytes, so the change
// of a file is what changed at AWS.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

func main() {
	dir := flag.String("dir", filepath.FromSlash("internal/catalogue/data"), "the directory of the files to rewrite")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := refresh(ctx, *dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "refresh:", err)
		os.Exit(1)
	}
}

func refresh(ctx context.Context, dir string, report io.Writer) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	return run(ctx, ec2.NewFromConfig(cfg), dir, report)
}

// run writes nothing unless every answer arrived and could be written.
func run(ctx context.Context, c client, dir string, report io.Writer) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("-dir %s is no directory: run it at the root of the module, or name the directory", dir)
	}
	known := embedded()
	answers, err := fetch(ctx, c)
	if err != nil {
		return err
	}
	now, err := merge(known, answers)
	if err != nil {
		return err
	}
	files, err := now.files()
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(report, "%d regions, %d instance types (were %d), %d images (were %d)\nkept as they were: %v\n",
		len(now.regions), len(now.documents), len(known.documents), len(now.images), len(known.images),
		keptRegions(now, answers))
	return err
}
