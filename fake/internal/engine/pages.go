package engine

import (
	"encoding/base64"
	"iter"
	"strconv"
	"strings"
)

// paging are the rules for an operation's MaxResults and NextToken
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-pagination.html).
type paging struct {
	min, max int32
	clamps   bool   // more than max is answered with max, not refused
	badToken string // the code for a token that isn't one of the operation's
}

// usualPaging is that of most Describe operations.
var usualPaging = paging{min: 5, max: 1000, badToken: "InvalidNextToken"}

// page is one page's place in a listing.
type page struct {
	op    string
	size  int // 0 is all
	after string
}

// at checks MaxResults and NextToken. With IDs there are no pages
// (the text of the refusal is (mem)); set says what EC2 calls the list of IDs in it.
func (p paging) at(op string, maxResults *int32, nextToken *string, ids int, set string) (page, error) {
	pg := page{op: op}
	if maxResults != nil {
		n := *maxResults
		if ids > 0 {
			return pg, fail("InvalidParameterCombination", "The parameter %s cannot be used with the parameter maxResults", set)
		}
		if n < p.min {
			return pg, badValue("maxResults", " "+itoa(int(n))+" ", "Expecting a value greater than or equal to %d.", p.min)
		}
		if n > p.max && !p.clamps {
			return pg, badValue("maxResults", " "+itoa(int(n))+" ", "Expecting a value less than or equal to %d.", p.max)
		}
		pg.size = int(min(n, p.max))
	}
	if token := deref(nextToken); token != "" {
		b, err := base64.RawURLEncoding.DecodeString(token)
		after, ok := strings.CutPrefix(string(b), op+" ")
		if err != nil || !ok || after == "" {
			return pg, fail(p.badToken, "The token '%s' is invalid", token)
		}
		pg.after = after
	}
	return pg, nil
}

// token is where the next page begins.
func (p page) token(last string) *string {
	t := base64.RawURLEncoding.EncodeToString([]byte(p.op + " " + last))
	return &t
}

// cut gives the page's rows, and the token of the next page if there is one. The rows come in order of
// ID from behind page.after on.
func cut[R any](p page, rows iter.Seq[*R], id func(*R) string) (page []*R, next *string) {
	for r := range rows {
		if p.size > 0 && len(page) == p.size {
			return page, p.token(id(page[len(page)-1]))
		}
		page = append(page, r)
	}
	return page, nil
}

func itoa(n int) string { return strconv.Itoa(n) }

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
