package wire

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// onlyServer is a server that takes whatever can be read.
func onlyServer() *canned {
	return &canned{reply: Reply{Output: &ec2.DescribeImagesOutput{}, RequestID: "r-1"}}
}

const formType = "application/x-www-form-urlencoded"

// describe is a query of EC2 with some more parameters.
func describe(more string) string {
	return "Action=DescribeImages&Version=2016-11-15" + more
}

func TestHandlerRefusesInTheServicesOwnWords(t *testing.T) {
	t.Parallel()
	ssmTarget := func(h http.Header) { h.Set(targetHeader, "AmazonSSM.GetParameters") }
	rows := map[string]struct {
		service string
		body    string
		with    func(http.Header)
		status  int
		code    string
		says    string
	}{
		"an unknown operation":                    {body: "Action=Dance&Version=2016-11-15", status: 400, code: "InvalidAction", says: "Dance"},
		"an operation of another service":         {body: "Action=AssumeRole&Version=2016-11-15", status: 400, code: "InvalidAction"},
		"no operation":                            {body: "Version=2016-11-15", status: 400, code: "MissingAction"},
		"nothing at all":                          {status: 400, code: "MissingAction"},
		"no version":                              {body: "Action=DescribeImages", status: 400, code: "MissingParameter", says: "2016-11-15"},
		"another version":                         {body: "Action=DescribeImages&Version=2010-08-31", status: 400, code: "NoSuchVersion"},
		"a bad escape":                            {body: describe("&Owner.1=%zz"), status: 400, code: "MalformedQueryString"},
		"bytes that aren't UTF-8":                 {body: describe("&Owner.1=%ff"), status: 400, code: "MalformedQueryString"},
		"a parameter twice":                       {body: describe("&ImageId.1=a&ImageId.1=b"), status: 400, code: "MalformedQueryString", says: "ImageId.1"},
		"a list with a gap":                       {body: describe("&Filter.1.Name=name&Filter.3.Name=state"), status: 400, code: "MalformedQueryString", says: "none numbered 2"},
		"a list that begins with 0":               {body: describe("&ImageId.0=a"), status: 400, code: "MalformedQueryString"},
		"an index of two spellings":               {body: describe("&ImageId.1=a&ImageId.01=b"), status: 400, code: "MalformedQueryString"},
		"an enormous index":                       {body: describe("&ImageId.99999999999999999999999=a"), status: 400, code: "MalformedQueryString"},
		"a list with a value":                     {body: describe("&ImageId=a"), status: 400, code: "MalformedQueryString", says: "ImageId.1"},
		"a number that is none":                   {body: describe("&MaxResults=many"), status: 400, code: "InvalidParameterValue", says: "MaxResults"},
		"a number out of range":                   {body: describe("&MaxResults=2147483648"), status: 400, code: "InvalidParameterValue", says: "32 bits"},
		"a truth that is none":                    {body: describe("&DryRun=perhaps"), status: 400, code: "InvalidParameterValue", says: "DryRun"},
		"a type that isn't a form's":              {body: `{}`, with: func(h http.Header) { h.Set("Content-Type", "application/json") }, status: 400, code: "InvalidRequest", says: "application/json"},
		"ten megabytes":                           {body: describe("&NextToken=" + strings.Repeat("a", 10<<20)), status: 413, code: "RequestEntityTooLarge"},
		"an encoding nobody has":                  {body: describe(""), with: func(h http.Header) { h.Set("Content-Encoding", "br") }, status: 400, code: "InvalidRequest", says: "gzip"},
		"what is said to be gzip and isn't":       {body: describe(""), with: func(h http.Header) { h.Set("Content-Encoding", "gzip") }, status: 400, code: "InvalidRequest"},
		"a small gzip of much":                    {body: zipped(t, strings.Repeat("a", 10<<20)), with: func(h http.Header) { h.Set("Content-Encoding", "gzip") }, status: 413, code: "RequestEntityTooLarge"},
		"a service that isn't served":             {service: "s3", body: "", status: 400, code: "InvalidAction", says: "s3"},
		"STS: an unknown operation":               {service: "sts", body: "Action=Dance&Version=2011-06-15", status: 400, code: "InvalidAction"},
		"STS: the version of EC2":                 {service: "sts", body: "Action=GetCallerIdentity&Version=2016-11-15", status: 400, code: "NoSuchVersion"},
		"STS: a list of another name":             {service: "sts", body: "Action=AssumeRole&Version=2011-06-15&PolicyArns.item.2.arn=x&DurationSeconds=soon", status: 400, code: "InvalidParameterValue"},
		"JSON: an unknown operation":              {service: "ssm", body: "{}", with: func(h http.Header) { h.Set(targetHeader, "AmazonSSM.Dance") }, status: 400, code: "UnknownOperationException"},
		"JSON: the target of another service":     {service: "ssm", body: "{}", with: func(h http.Header) { h.Set(targetHeader, "TrentService.ListKeys") }, status: 400, code: "UnknownOperationException"},
		"JSON: no target":                         {service: "ssm", body: "", status: 400, code: "MissingAction", says: "X-Amz-Target"},
		"JSON: broken":                            {service: "ssm", body: `{"Names":[`, with: ssmTarget, status: 400, code: "SerializationException"},
		"JSON: two documents":                     {service: "ssm", body: `{}{}`, with: ssmTarget, status: 400, code: "SerializationException"},
		"JSON: a list instead of an object":       {service: "ssm", body: `[]`, with: ssmTarget, status: 400, code: "SerializationException", says: "an object"},
		"JSON: a string instead of a list":        {service: "ssm", body: `{"Names":"a"}`, with: ssmTarget, status: 400, code: "SerializationException", says: "Names must be a list"},
		"JSON: a null in a list":                  {service: "ssm", body: `{"Names":["a",null]}`, with: ssmTarget, status: 400, code: "SerializationException", says: "Names.2"},
		"JSON: a number instead of a string":      {service: "ssm", body: `{"Names":[1]}`, with: ssmTarget, status: 400, code: "SerializationException", says: "Names.1 must be a string"},
		"JSON: a string instead of a truth value": {service: "ssm", body: `{"WithDecryption":"yes"}`, with: ssmTarget, status: 400, code: "SerializationException", says: "WithDecryption"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := services[0]
			if row.service != "" {
				s = findService(func(s *service) bool { return s.name == row.service })
				if s == nil {
					s = &service{name: row.service}
				}
			}
			header := http.Header{"Content-Type": {formType}}
			if row.with != nil {
				row.with(header)
			}
			response := post(t, Handler{onlyServer()}, s, header, row.body)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, row.status, response.StatusCode, "%s", body)
			require.Contains(t, string(body), row.code)
			require.Contains(t, string(body), row.says)
			switch {
			case s.protocol == awsJSON:
				require.Equal(t, row.code, response.Header.Get("X-Amzn-Errortype"))
				require.True(t, strings.HasPrefix(string(body), `{"__type":"`+row.code+`","message":"`), "%s", body)
			case s.name == "sts":
				require.Contains(t, string(body), `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>`+row.code+`</Code>`)
			default:
				require.Contains(t, string(body), `<Response><Errors><Error><Code>`+row.code+`</Code><Message>`)
			}
		})
	}
}

func zipped(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(s))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestHandlerNamesWhatAnOperationDoesNotHave(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		query string
		want  []string
	}{
		"a field of no name":              {"&Colour=red", []string{"Colour"}},
		"a field of a list's element":     {"&Filter.1.Colour=red", []string{"Filter.1.Colour"}},
		"something below a plain value":   {"&NextToken.1=a", []string{"NextToken.1"}},
		"a value and something below it":  {"&NextToken=a&NextToken.Part=b", []string{"NextToken.Part"}},
		"a list's element without number": {"&Filter.Name=a", []string{"Filter.Name"}},
		"a value for a structure":         {"&Filter.1=a", []string{"Filter.1"}},
		"another case":                    {"&nexttoken=a", []string{"nexttoken"}},
		"empty names":                     {"&=a&.=b&Filter.1.=c", []string{"", ".", "Filter.1."}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := onlyServer()
			post(t, Handler{server}, services[0], http.Header{"Content-Type": {formType}}, describe(row.query))
			require.Nil(t, server.asked.Refusal)
			require.ElementsMatch(t, row.want, server.asked.Unknown)
		})
	}
}

func TestHandlerReadsRequestsOfAllKinds(t *testing.T) {
	t.Parallel()
	want := &ec2.DescribeImagesInput{
		Filters: []types.Filter{{Name: aws.String("name"), Values: []string{"a b", "c"}}}, MaxResults: aws.Int32(12),
	}
	const query = "&MaxResults=12&Filter.1.Value.2=c&Filter.1.Value.1=a+b&Filter.1.Name=name"
	plain := func(method, url, body string) *http.Request {
		r, err := http.NewRequest(method, url, strings.NewReader(body))
		require.NoError(t, err)
		if body != "" {
			r.Header.Set("Content-Type", formType)
		}
		return r
	}
	rows := map[string]*http.Request{
		"a form":                            plain("POST", "http://127.0.0.1:1/", describe(query)),
		"a form with a charset":             plain("POST", "http://127.0.0.1:1/", describe(query)),
		"a form without a type":             plain("POST", "http://127.0.0.1:1/", describe(query)),
		"the parameters in the URL":         plain("GET", "http://127.0.0.1:1/?"+describe(query), ""),
		"some here and some there":          plain("POST", "http://127.0.0.1:1/?Action=DescribeImages", "Version=2016-11-15"+query),
		"any path":                          plain("POST", "http://127.0.0.1:1/some/where", describe(query)),
		"a form in gzip":                    plain("POST", "http://127.0.0.1:1/", zipped(t, describe(query))),
		"a body of unknown length":          plain("POST", "http://127.0.0.1:1/", describe(query)),
		"the parameters of a presigned URL": plain("GET", "http://127.0.0.1:1/?"+describe(query)+"&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261231%2Fus-east-1%2Fec2%2Faws4_request&X-Amz-Signature=0", ""),
		"those of an old signature":         plain("GET", "http://127.0.0.1:1/?"+describe(query)+"&AWSAccessKeyId=a&Signature=b&SignatureVersion=2&SignatureMethod=HmacSHA256&Timestamp=now", ""),
	}
	rows["a form with a charset"].Header.Set("Content-Type", formType+"; charset=utf-8")
	rows["a form without a type"].Header.Del("Content-Type")
	rows["a form in gzip"].Header.Set("Content-Encoding", "gzip")
	rows["a body of unknown length"].ContentLength = -1
	for name, r := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := onlyServer()
			response, err := throughHandler{Handler{server}}.RoundTrip(r)
			require.NoError(t, err)
			require.Equal(t, 200, response.StatusCode)
			require.Equal(t, "r-1", response.Header.Get("X-Amzn-Requestid"))
			require.Empty(t, server.asked.Unknown)
			if diff := cmp.Diff(want, server.asked.Input, cmpopts.IgnoreUnexported(ec2.DescribeImagesInput{}, types.Filter{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHandlerKnowsServiceRegionAndAccount(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		url, authorization, target, body string
		want                             Request
	}{
		"by the signature": {
			authorization: "AWS4-HMAC-SHA256 Credential=AKIAX/20261231/eu-west-3/ec2/aws4_request, SignedHeaders=host, Signature=0",
			body:          describe(""), want: Request{Service: "EC2", Region: "eu-west-3", AccessKey: "AKIAX", Operation: "DescribeImages"},
		},
		"by a signature without spaces": {
			authorization: "AWS4-HMAC-SHA256 Credential=AKIAX/20261231/eu-west-3/sts/aws4_request,SignedHeaders=host,Signature=0",
			body:          "Action=GetCallerIdentity&Version=2011-06-15", want: Request{Service: "STS", Region: "eu-west-3", AccessKey: "AKIAX", Operation: "GetCallerIdentity"},
		},
		"by the signature of the URL": {
			url:  "/?X-Amz-Credential=AKIAX%2F20261231%2Fap-south-1%2Fec2%2Faws4_request",
			body: describe(""), want: Request{Service: "EC2", Region: "ap-south-1", AccessKey: "AKIAX", Operation: "DescribeImages"},
		},
		"by the host, unsigned": {
			url: "http://ec2.eu-north-1.amazonaws.com/", body: describe(""), want: Request{Service: "EC2", Region: "eu-north-1", Operation: "DescribeImages"},
		},
		"by the host of a global endpoint": {
			url: "http://sts.amazonaws.com:443/", body: "Action=GetCallerIdentity&Version=2011-06-15", want: Request{Service: "STS", Region: "us-east-1", Operation: "GetCallerIdentity"},
		},
		"by the target":   {target: "AmazonSSM.GetParameters", body: "{}", want: Request{Service: "SSM", Region: "us-east-1", Operation: "GetParameters"}},
		"by the version":  {body: "Action=GetCallerIdentity&Version=2011-06-15", want: Request{Service: "STS", Region: "us-east-1", Operation: "GetCallerIdentity"}},
		"by nothing: EC2": {body: describe(""), want: Request{Service: "EC2", Region: "us-east-1", Operation: "DescribeImages"}},
		"a signature that is none": {
			authorization: "Bearer x", body: describe(""), want: Request{Service: "EC2", Region: "us-east-1", Operation: "DescribeImages"},
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.HasPrefix(row.url, "http") {
				row.url = "http://127.0.0.1:4566" + row.url
			}
			r, err := http.NewRequest(http.MethodPost, row.url, strings.NewReader(row.body))
			require.NoError(t, err)
			r.Header.Set("Authorization", row.authorization)
			if row.target != "" {
				r.Header.Set(targetHeader, row.target)
			}
			r.Header.Set("Amz-Sdk-Invocation-Id", "i")
			r.Header.Set("Amz-Sdk-Request", "attempt=2; max=3")
			server := onlyServer()
			if row.want.Service != "EC2" {
				server.reply = Reply{Refusal: &engine.Error{Code: "Any", Status: 400}}
			}
			_, err = throughHandler{Handler{server}}.RoundTrip(r)
			require.NoError(t, err)
			row.want.Invocation, row.want.Attempt = "i", 2
			if diff := cmp.Diff(&row.want, server.asked, cmpopts.IgnoreFields(Request{}, "Input", "Refusal")); diff != "" {
				t.Error(diff)
			}
			require.Nil(t, server.asked.Refusal)
		})
	}
}

func TestQueriesOfSTSNumberTheirMembers(t *testing.T) {
	t.Parallel()
	server := &canned{reply: Reply{Refusal: &engine.Error{Code: "Any", Status: 400}}}
	sts := findService(func(s *service) bool { return s.id == "STS" })
	post(t, Handler{server}, sts, http.Header{}, "Action=AssumeRole&Version=2011-06-15&PolicyArns.item.1.arn=x&Tags=&TransitiveTagKeys.member.1=a&TransitiveTagKeys.other=b")
	require.Nil(t, server.asked.Refusal)
	require.ElementsMatch(t, []string{"PolicyArns.item.1.arn", "TransitiveTagKeys.other"}, server.asked.Unknown)
}

func TestAReplyThatIsLostBreaksTheConnection(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, http.ErrAbortHandler, func() {
		post(t, Handler{&canned{}}, services[0], http.Header{}, describe(""))
	})
}

func TestRepliesAreWhatTheServicesWrite(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		service   string
		operation string
		out       any
		want      string
	}{
		"EC2, a list": {"ec2", "DescribeImages", &ec2.DescribeImagesOutput{Images: []types.Image{{ImageId: aws.String("ami-1"), Public: aws.Bool(false), State: types.ImageStateAvailable, Tags: []types.Tag{}}}},
			xmlHeader + `<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><imagesSet><item><imageId>ami-1</imageId><isPublic>false</isPublic><imageState>available</imageState><tagSet/></item></imagesSet></DescribeImagesResponse>`},
		"EC2, nothing to say": {"ec2", "CreateTags", &ec2.CreateTagsOutput{},
			xmlHeader + `<CreateTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><return>true</return></CreateTagsResponse>`},
		"JSON": {"ssm", "DeleteParameters", &ssm.DeleteParametersOutput{DeletedParameters: []string{"/a\"b"}, InvalidParameters: []string{}}, `{"DeletedParameters":["/a\"b"],"InvalidParameters":[]}`},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := findService(func(s *service) bool { return s.name == row.service })
			got, err := s.protocol.reply(nil, row.operation, row.out, "r")
			require.NoError(t, err)
			require.Equal(t, row.want, string(got))
		})
	}
}

func TestTextsThatXMLCannotSayAreReplaced(t *testing.T) {
	t.Parallel()
	rows := map[string]string{
		"plain": "plain", "a<b>&\"c'": "a&lt;b&gt;&amp;&quot;c'", "\r\n\t": "&#xD;&#xA;&#x9;", "\x00\x1f": "\uFFFD\uFFFD",
		"\xff|\xc3": "\uFFFD|\uFFFD", "\uFFFE\uFFFF": "\uFFFD\uFFFD", "ü𝄞": "ü𝄞", "": "",
	}
	for in, want := range rows {
		require.Equal(t, want, string(appendText(nil, in)), "%q", in)
	}
}
