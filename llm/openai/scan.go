package openai

import "encoding/json"

// failed tells an event that is an error.
func failed(data []byte) bool {
	var e struct {
		Error  json.RawMessage `json:"error"`
		Object string          `json:"object"`
	}
	if json.Unmarshal(data, &e) != nil {
		return false
	}
	return len(e.Error) > 0 && string(e.Error) != "null" || e.Object == "error"
}

// finished tells an event after which an answer is complete.
func finished(data []byte) bool {
	var e event
	return json.Unmarshal(data, &e) == nil && len(e.Choices) > 0 && e.Choices[0].FinishReason != ""
}
