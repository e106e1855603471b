package awsbackend

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

var _ backend.LaunchTemplates = (*Backend)(nil)

// templatePage is how many templates or versions one reply holds
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html).
const templatePage = 200

// LaunchTemplates lists by ID and filters, all pages of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html).
func (b *Backend) LaunchTemplates(ctx context.Context, q backend.Query) iter.Seq2[backend.LaunchTemplate, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeLaunchTemplatesOutput, types.LaunchTemplate, backend.LaunchTemplate]{
		op: "DescribeLaunchTemplates", atOnce: templatePage,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeLaunchTemplatesOutput] {
			return ec2.NewDescribeLaunchTemplatesPaginator(b.ec2, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: ids, Filters: fs, MaxResults: limit})
		},
		items:   func(out *ec2.DescribeLaunchTemplatesOutput) []types.LaunchTemplate { return out.LaunchTemplates },
		convert: sure(launchTemplate),
	})
}

func launchTemplate(l *types.LaunchTemplate) backend.LaunchTemplate {
	return backend.LaunchTemplate{
		ID: told(l.LaunchTemplateId), Name: told(l.LaunchTemplateName),
		Default: int(told(l.DefaultVersionNumber)), Latest: int(told(l.LatestVersionNumber)),
		Created: told(l.CreateTime), Tags: tagMap(l.Tags),
	}
}

// LaunchTemplateVersions lists versions of a template, all pages of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html).
func (b *Backend) LaunchTemplateVersions(ctx context.Context, templateID string, versions ...string) iter.Seq2[backend.LaunchTemplateVersion, error] {
	versions = slices.Clone(versions)
	return list(ctx, b, nil, listing[ec2.DescribeLaunchTemplateVersionsOutput, types.LaunchTemplateVersion, backend.LaunchTemplateVersion]{
		op: "DescribeLaunchTemplateVersions", atOnce: templatePage,
		pages: func(_ []string, limit *int32) pager[ec2.DescribeLaunchTemplateVersionsOutput] {
			if len(versions) > 0 { // EC2 takes no limit beside them
				limit = nil
			}
			return ec2.NewDescribeLaunchTemplateVersionsPaginator(b.ec2, &ec2.DescribeLaunchTemplateVersionsInput{
				LaunchTemplateId: said(templateID), Versions: versions, MaxResults: limit,
			})
		},
		items: func(out *ec2.DescribeLaunchTemplateVersionsOutput) []types.LaunchTemplateVersion {
			return out.LaunchTemplateVersions
		},
		convert: sure(launchTemplateVersion),
	})
}

func launchTemplateVersion(v *types.LaunchTemplateVersion) backend.LaunchTemplateVersion {
	out := backend.LaunchTemplateVersion{
		TemplateID: told(v.LaunchTemplateId), TemplateName: told(v.LaunchTemplateName), Number: int(told(v.VersionNumber)),
		Default: told(v.DefaultVersion), Description: told(v.VersionDescription), Created: told(v.CreateTime),
	}
	if v.LaunchTemplateData != nil {
		out.Launch, out.Requirements, out.Unread = readTemplateData(v.LaunchTemplateData)
	}
	return out
}

// CreateLaunchTemplate makes a template
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html).
func (b *Backend) CreateLaunchTemplate(ctx context.Context, req backend.CreateLaunchTemplateRequest) (backend.LaunchTemplate, error) {
	out, err := call(ctx, b, "CreateLaunchTemplate", req.Name, b.ec2.CreateLaunchTemplate, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: said(req.Name), VersionDescription: said(req.Description), ClientToken: said(req.ClientToken),
		LaunchTemplateData: templateData(&req.Launch, req.Requirements),
		TagSpecifications:  tagSpecifications(tagsFor{types.ResourceTypeLaunchTemplate, req.Tags}),
	})
	if err != nil {
		return backend.LaunchTemplate{}, err
	}
	return launchTemplate(new(told(out.LaunchTemplate))), nil
}

// CreateLaunchTemplateVersion adds a version
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
func (b *Backend) CreateLaunchTemplateVersion(ctx context.Context, req backend.CreateLaunchTemplateVersionRequest) (int, error) {
	out, err := call(ctx, b, "CreateLaunchTemplateVersion", req.TemplateID, b.ec2.CreateLaunchTemplateVersion, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateId: said(req.TemplateID), SourceVersion: said(req.Source), VersionDescription: said(req.Description),
		ClientToken: said(req.ClientToken), LaunchTemplateData: templateData(&req.Launch, req.Requirements),
	})
	if err != nil {
		return 0, err
	}
	return int(told(told(out.LaunchTemplateVersion).VersionNumber)), nil
}

// SetDefaultLaunchTemplateVersion says which version launches use that name none
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html).
func (b *Backend) SetDefaultLaunchTemplateVersion(ctx context.Context, templateID string, number int) error {
	_, err := call(ctx, b, "ModifyLaunchTemplate", templateID, b.ec2.ModifyLaunchTemplate, &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateId: said(templateID), DefaultVersion: aws.String(strconv.Itoa(number)),
	})
	return err
}

// DeleteLaunchTemplate takes a template away
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplate.html).
func (b *Backend) DeleteLaunchTemplate(ctx context.Context, templateID string) error {
	_, err := call(ctx, b, "DeleteLaunchTemplate", templateID, b.ec2.DeleteLaunchTemplate, &ec2.DeleteLaunchTemplateInput{LaunchTemplateId: said(templateID)})
	return err
}
