package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// client is what refresh calls of *ec2.Client.
type client interface {
	ec2.DescribeInstanceTypesAPIClient
	ec2.DescribeInstanceTypeOfferingsAPIClient
	ec2.DescribeImagesAPIClient
	DescribeRegions(context.Context, *ec2.DescribeRegionsInput, ...func(*ec2.Options)) (*ec2.DescribeRegionsOutput, error)
	DescribeAvailabilityZones(context.Context, *ec2.DescribeAvailabilityZonesInput, ...func(*ec2.Options)) (*ec2.DescribeAvailabilityZonesOutput, error)
}

// answer is what EC2 says of one region. Where the account can't ask, reached is false and only the
// region's name and opt-in status are known.
type answer struct {
	reached   bool
	region    catalogue.Region
	documents map[string][]byte
	offers    map[string][]region.Zone
	images    []catalogue.Image
}

// More at once would run into EC2's request limits, which are per region and account.
const regionsAtOnce = 6

// fetch asks every region of the account's partition, in the order of their names.
func fetch(ctx context.Context, c client) ([]answer, error) {
	out, err := c.DescribeRegions(ctx, &ec2.DescribeRegionsInput{AllRegions: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	answers := make([]answer, len(out.Regions))
	for i, r := range out.Regions {
		if answers[i], err = reach(r); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(answers, func(a, b answer) int { return compare(a.region.Name, b.region.Name) })
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(regionsAtOnce)
	for i := range answers {
		a := &answers[i]
		if !a.reached {
			continue
		}
		group.Go(func() error {
			if err := a.fetch(ctx, c); err != nil {
				return fmt.Errorf("%s: %w", a.region.Name, err)
			}
			return nil
		})
	}
	return answers, group.Wait()
}

func reach(r types.Region) (answer, error) {
	name, err := region.Parse(aws.ToString(r.RegionName))
	if err != nil {
		return answer{}, err
	}
	status := aws.ToString(r.OptInStatus)
	a := answer{reached: status != notOptedIn, region: catalogue.Region{Name: name, OptInStatus: status}}
	if status == "opted-in" {
		a.region.OptInStatus = notOptedIn // that this account did is no fact of the region
	}
	return a, nil
}

const notOptedIn = "not-opted-in"

func (a *answer) fetch(ctx context.Context, c client) error {
	in := func(o *ec2.Options) { o.Region = string(a.region.Name) }
	for _, ask := range []func(context.Context, client, func(*ec2.Options)) error{
		a.fetchZones, a.fetchTypes, a.fetchOffers, a.fetchImages,
	} {
		if err := ask(ctx, c, in); err != nil {
			return err
		}
	}
	return nil
}

func (a *answer) fetchZones(ctx context.Context, c client, in func(*ec2.Options)) error {
	out, err := c.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{
		Filters: []types.Filter{{Name: aws.String("zone-type"), Values: []string{"availability-zone"}}},
	}, in)
	if err != nil {
		return err
	}
	for _, z := range out.AvailabilityZones {
		a.region.Zones = append(a.region.Zones, catalogue.Zone{
			Name: region.Zone(aws.ToString(z.ZoneName)), ID: aws.ToString(z.ZoneId),
		})
	}
	slices.SortFunc(a.region.Zones, func(a, b catalogue.Zone) int { return compare(a.Name, b.Name) })
	return nil
}

func (a *answer) fetchTypes(ctx context.Context, c client, in func(*ec2.Options)) error {
	a.documents = map[string][]byte{}
	pages := ec2.NewDescribeInstanceTypesPaginator(c, &ec2.DescribeInstanceTypesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, in)
		if err != nil {
			return err
		}
		for _, t := range page.InstanceTypes {
			t.SupportedInRegion = nil // says nothing of the type itself
			if a.documents[string(t.InstanceType)], err = document(t); err != nil {
				return fmt.Errorf("%s: %w", t.InstanceType, err)
			}
		}
	}
	return nil
}

// Local Zones that the account has opted in to are among the answers; the files leave them out.
func (a *answer) fetchOffers(ctx context.Context, c client, in func(*ec2.Options)) error {
	a.offers = map[string][]region.Zone{}
	pages := ec2.NewDescribeInstanceTypeOfferingsPaginator(c, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, in)
		if err != nil {
			return err
		}
		for _, o := range page.InstanceTypeOfferings {
			zone := region.Zone(aws.ToString(o.Location))
			if slices.ContainsFunc(a.region.Zones, func(z catalogue.Zone) bool { return z.Name == zone }) {
				a.offers[string(o.InstanceType)] = append(a.offers[string(o.InstanceType)], zone)
			}
		}
	}
	for _, zones := range a.offers {
		slices.Sort(zones)
	}
	return nil
}

// amazonLinux are the names of the images to keep, as EC2's filter writes them. Images for ECS, of
// release candidates and the like have other words before the version.
var amazonLinux = []string{
	"al2023-ami-2023.*", "al2023-ami-minimal-2023.*",
	"amzn2-ami-hvm-2.0.*", "amzn2-ami-kernel-5.10-hvm-2.0.*", "amzn2-ami-minimal-hvm-2.0.*",
	"amzn2-ami-minimal-kernel-5.10-hvm-2.0.*",
	"amzn-ami-hvm-2018.03.*", "amzn-ami-pv-2018.03.*", "amzn-ami-minimal-hvm-2018.03.*", "amzn-ami-minimal-pv-2018.03.*",
}

func (a *answer) fetchImages(ctx context.Context, c client, in func(*ec2.Options)) error {
	var all []catalogue.Image
	pages := ec2.NewDescribeImagesPaginator(c, &ec2.DescribeImagesInput{
		Owners: []string{"amazon"},
		Filters: []types.Filter{
			{Name: aws.String("name"), Values: amazonLinux},
			{Name: aws.String("root-device-type"), Values: []string{"ebs"}},
			{Name: aws.String("state"), Values: []string{"available"}},
		},
		IncludeDeprecated: aws.Bool(true), // Amazon Linux 1 is
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, in)
		if err != nil {
			return err
		}
		for _, im := range page.Images {
			release, err := catalogue.ParseRelease(aws.ToString(im.Name))
			if err != nil {
				return fmt.Errorf("%s: %w", aws.ToString(im.ImageId), err)
			}
			all = append(all, catalogue.Image{
				Region: a.region.Name, ID: aws.ToString(im.ImageId), OwnerID: aws.ToString(im.OwnerId),
				Architecture: string(im.Architecture), RootDevice: aws.ToString(im.RootDeviceName),
				Virtualization: string(im.VirtualizationType), Name: aws.ToString(im.Name),
				Description: aws.ToString(im.Description), Release: release,
			})
		}
	}
	for _, im := range catalogue.Newest(all) {
		a.images = append(a.images, im)
	}
	return nil
}
