package engine

import (
	"fmt"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// subscription is an account's to a product of AWS Marketplace.
type subscription struct {
	id            string
	account, code string
}

var subscriptionSchema = store.Schema[subscription]{
	Name:  "subscriptions",
	ID:    func(s *subscription) string { return s.id },
	Scope: func(*subscription) store.Scope { return 0 },
}

func subscriptionID(account, code string) string { return account + " " + code }

// Subscribe declares that an account has accepted the terms of a Marketplace product, named by its product
// code, since AWS Marketplace isn't served. It may launch the product's images from then on, in all regions.
func (e *Engine) Subscribe(account, code string) error {
	if !isProductCode(code) {
		return fmt.Errorf("%q is not a product code: expecting up to %d letters and digits", code, maxCriterionCodeSize)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options}}
	t.subscriptions.Put(&t.undo, &subscription{id: subscriptionID(account, code), account: account, code: code})
	return nil
}

// checkSubscription refuses to launch another's image of a Marketplace product that the caller hasn't
// subscribed to (recorded). One's own are made of instances of products that one has.
func (v *view) checkSubscription(im *image) error {
	if im.scope == v.scope {
		return nil
	}
	for _, code := range im.marketplaceCodes() {
		if _, ok := v.subscriptions.Get(subscriptionID(v.Account, code)); !ok {
			return fail("OptInRequired", "In order to use this AWS Marketplace product you need to accept terms and subscribe. To do so please visit https://aws.amazon.com/marketplace/pp?sku=%s", code)
		}
	}
	return nil
}

func (im *image) marketplaceCodes() []string {
	var codes []string
	for _, c := range im.productCodes {
		if c.ProductCodeType == ec2types.ProductCodeValuesMarketplace {
			codes = append(codes, deref(c.ProductCodeId))
		}
	}
	return codes
}
