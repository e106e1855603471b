package awsbackend

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

var _ backend.ImageUsage = (*Backend)(nil)

// CreateImageUsageReport begins a report on an image
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImageUsageReport.html).
func (b *Backend) CreateImageUsageReport(ctx context.Context, imageID, token string) (string, error) {
	out, err := call(ctx, b, "CreateImageUsageReport", imageID, b.ec2.CreateImageUsageReport, &ec2.CreateImageUsageReportInput{
		ImageId: said(imageID), ClientToken: said(token),
		ResourceTypes: []types.ImageUsageResourceTypeRequest{
			{ResourceType: said(string(backend.InstanceReference))},
			{ResourceType: said(string(backend.LaunchTemplateReference)), ResourceTypeOptions: []types.ImageUsageResourceTypeOptionRequest{{
				OptionName: aws.String(string(types.ImageReferenceOptionNameVersionDepth)), OptionValues: []string{everyVersion},
			}}},
		},
	})
	if err != nil {
		return "", err
	}
	return told(out.ReportId), nil
}

// ImageUsageReport gives a report's state
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageUsageReports.html).
func (b *Backend) ImageUsageReport(ctx context.Context, id string) (state, reason string, err error) {
	out, err := call(ctx, b, "DescribeImageUsageReports", id, b.ec2.DescribeImageUsageReports, &ec2.DescribeImageUsageReportsInput{ReportIds: []string{id}})
	if err != nil {
		return "", "", err
	}
	for _, r := range out.ImageUsageReports {
		state, reason = told(r.State), told(r.StateReason)
	}
	return state, reason, nil
}

// ImageUsageReportEntries lists what a report says
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageUsageReportEntries.html).
func (b *Backend) ImageUsageReportEntries(ctx context.Context, id string) iter.Seq2[backend.ImageUse, error] {
	return list(ctx, b, []string{id}, listing[ec2.DescribeImageUsageReportEntriesOutput, types.ImageUsageReportEntry, backend.ImageUse]{
		op: "DescribeImageUsageReportEntries", atOnce: pageSize,
		pages: func(ids []string, _ *int32) pager[ec2.DescribeImageUsageReportEntriesOutput] {
			return ec2.NewDescribeImageUsageReportEntriesPaginator(b.ec2, &ec2.DescribeImageUsageReportEntriesInput{ReportIds: ids})
		},
		items: func(out *ec2.DescribeImageUsageReportEntriesOutput) []types.ImageUsageReportEntry {
			return out.ImageUsageReportEntries
		},
		convert: sure(func(e *types.ImageUsageReportEntry) backend.ImageUse {
			return backend.ImageUse{AccountID: told(e.AccountId), Kind: backend.ReferenceKind(told(e.ResourceType)), Count: int(told(e.UsageCount))}
		}),
	})
}

// DeleteImageUsageReport takes a report away
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteImageUsageReport.html).
func (b *Backend) DeleteImageUsageReport(ctx context.Context, id string) error {
	_, err := call(ctx, b, "DeleteImageUsageReport", id, b.ec2.DeleteImageUsageReport, &ec2.DeleteImageUsageReportInput{ReportId: said(id)})
	return err
}
