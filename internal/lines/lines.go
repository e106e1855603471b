// Package lines writes what plans and comparisons tell, a line for each thing.
package lines

import (
	"fmt"
	"strings"
)

// Of has a line for each of them, or says that there is none.
func Of[T fmt.Stringer](all []T, none string) string {
	if len(all) == 0 {
		return none
	}
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = one.String()
	}
	return strings.Join(texts, "\n")
}
