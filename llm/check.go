package llm

import (
	"fmt"
	"strings"
	"time"
)

// Check reports the first of the settings that all chat models have which
// cannot be used; kind is the model's, for the message.
func Check(kind, model string, timeout time.Duration, temperature *float64, maxTokens, contextTokens int) error {
	switch {
	case strings.TrimSpace(model) == "":
		return fmt.Errorf("%s: model is missing", kind)
	case timeout < 0:
		return fmt.Errorf("%s: timeout: %v is negative", kind, timeout)
	case temperature != nil && !(*temperature >= 0 && *temperature <= 2):
		return fmt.Errorf("%s: temperature: %v is not between 0 and 2", kind, *temperature)
	case maxTokens < 0:
		return fmt.Errorf("%s: max_tokens: %d is negative", kind, maxTokens)
	case contextTokens < 0:
		return fmt.Errorf("%s: context_tokens: %d is negative", kind, contextTokens)
	}
	return nil
}
