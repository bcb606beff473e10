package rtf

import (
	"time"

	rag "ragserver"
)

// describe takes what the document says about itself.
func (r *reader) describe(t *rag.Text) {
	get := func(key string) string {
		if b := r.info[key]; b != nil {
			return b.String()
		}
		return ""
	}
	t.Title, t.Author = get("title"), get("author")
	t.Created, t.Modified = r.when("creatim"), r.when("revtim")
	for key, word := range map[string]string{
		"subject": "subject", "keywords": "keywords", "description": "doccomm", "company": "company", "category": "category", "manager": "manager",
	} {
		if v := get(word); v != "" {
			if t.Meta == nil {
				t.Meta = make(map[string]string)
			}
			t.Meta[key] = v
		}
	}
}

// when returns a time of the document, which has no zone: it is taken as UTC.
func (r *reader) when(word string) time.Time {
	s := r.times[word]
	if s == nil || s[0] < 1970 || s[1] < 1 || s[1] > 12 || s[2] < 1 || s[2] > 31 {
		return time.Time{}
	}
	return time.Date(s[0], time.Month(s[1]), s[2], s[3], s[4], 0, 0, time.UTC)
}

// languages are those of Windows by their numbers, [MS-LCID].
var languages = map[int]string{
	1025: "ar-SA", 1026: "bg-BG", 1027: "ca-ES", 1028: "zh-TW", 1029: "cs-CZ", 1030: "da-DK", 1031: "de-DE", 1032: "el-GR",
	1033: "en-US", 1034: "es-ES", 1035: "fi-FI", 1036: "fr-FR", 1037: "he-IL", 1038: "hu-HU", 1039: "is-IS", 1040: "it-IT",
	1041: "ja-JP", 1042: "ko-KR", 1043: "nl-NL", 1044: "nb-NO", 1045: "pl-PL", 1046: "pt-BR", 1048: "ro-RO", 1049: "ru-RU",
	1050: "hr-HR", 1051: "sk-SK", 1053: "sv-SE", 1054: "th-TH", 1055: "tr-TR", 1057: "id-ID", 1058: "uk-UA", 1060: "sl-SI",
	1061: "et-EE", 1062: "lv-LV", 1063: "lt-LT", 1065: "fa-IR", 1066: "vi-VN", 1081: "hi-IN", 2052: "zh-CN", 2055: "de-CH",
	2057: "en-GB", 2058: "es-MX", 2060: "fr-BE", 2064: "it-CH", 2067: "nl-BE", 2068: "nn-NO", 2070: "pt-PT", 3076: "zh-HK",
	3079: "de-AT", 3081: "en-AU", 3082: "es-ES", 3084: "fr-CA", 4105: "en-CA", 4108: "fr-CH", 5129: "en-NZ", 6153: "en-IE",
}
