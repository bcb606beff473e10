package numfmt_test

import (
	"math"
	"testing"
	"unicode/utf8"

	"ragserver/parse/xlsx/numfmt"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		code string
		v    float64
		want string
	}{
		{"General", 0.1 + 0.2, "0.3"}, {"", 123456789012, "123456789012"}, {"", 1e21, "1E+21"}, {"", -1.5e-10, "-1.5E-10"}, {"", math.Copysign(0, -1), "0"},
		{"0", 2.5, "3"}, {"0.00", 2.675, "2.68"}, {"0.00", 1.005, "1.01"}, {"0.0", 0.04, "0.0"}, {"0", 9.99, "10"}, {"0.00", -1.5, "-1.50"}, {"0", -0.2, "0"},
		{"#,##0", 1234567, "1,234,567"}, {"#,##0.00", 999.999, "1,000.00"}, {"#,##0", 0, "0"}, {"#", 0, ""}, {"#,###", 12, "12"}, {"000,000", 12, "000,012"},
		{"0.0,,", 12_345_678, "12.3"}, {`0.0,"k"`, 12_345, "12.3k"}, {"0.0#", 1.5, "1.5"}, {"0.0#", 1.256, "1.26"}, {"0.??", 1.5, "1.5"},
		{"0%", 0.025, "3%"}, {"0.0%", 0.025, "2.5%"}, {"0.00%", -0.5, "-50.00%"},
		{"0.00E+00", 12345, "1.23E+04"}, {"0.00E+00", 0.00012, "1.20E-04"}, {"##0.0E+0", 12345, "12.3E+3"}, {"0.0E+0", 9.99, "1.0E+1"}, {"0E-0", 500, "5E2"},
		{"# ?/?", 1.75, "1 3/4"}, {"# ??/??", 3.14159, "3 14/99"}, {"# ?/?", 3.14159, "3 1/7"}, {"?/?", 1.5, "3/2"}, {"# ?/8", 0.5, "4/8"}, {"# ?/?", 2, "2"}, {"# ?/?", 0.99, "1"}, {"# ?/?", -0.5, "-1/2"}, {"# ?/100", 0.25, "25/100"},
		{`"$"#,##0.00;[Red]\("$"#,##0.00\)`, -1234.5, "($1,234.50)"}, {"[$€-407] #,##0.00", 5, "€ 5.00"}, {"#,##0.00 [$kr-41D]", 5, "5.00 kr"},
		{"0;-0;\"nil\"", 0, "nil"}, {"0;(0)", -3, "(3)"}, {"0.0;;", -3, ""}, {";;;", 5, ""}, {`_(* #,##0_);_(* \(#,##0\);_(* "-"??_);_(@_)`, -12, "(12)"},
		{`_(* #,##0_);_(* \(#,##0\);_(* "-"??_);_(@_)`, 0, "-"},
		{`[>=1000]0.0,"k";0`, 1500, "1.5k"}, {`[>=1000]0.0,"k";0`, 500, "500"}, {`[<0]"minus "0;[=1]"one";"many"`, -4, "minus 4"}, {`[<0]"minus "0;[=1]"one";"many"`, 1, "one"}, {`[<0]"minus "0;[=1]"one";"many"`, 7, "many"},
		{"(000) 000-0000", 5551234567, "(555) 123-4567"}, {"000-00-0000", 1234567, "001-23-4567"}, {`General" pcs"`, -2.5, "-2.5 pcs"}, {"0\" m\"", 3, "3 m"},
		{"0.00", math.Inf(1), "+Inf"}, {"0", 1e300, "1" + zeros(300)},
	} {
		if got := numfmt.Compile(c.code).Number(c.v, false); got != c.want {
			t.Errorf("%v as %s: got %q, want %q", c.v, c.code, got, c.want)
		}
	}
}

func zeros(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		code string
		v    float64
		want string
	}{
		{"yyyy-mm-dd", 44197, "2021-01-01"}, {"m/d/yy", 44197, "1/1/21"}, {"d-mmm-yy", 36526, "1-Jan-00"}, {"dddd, mmmm dd, yyyy", 44197, "Friday, January 01, 2021"},
		{"[$-409]mmmmm\\-yy;@", 44197, "J-21"}, {"ddd", 44197, "Fri"}, {"d-mmm", 44201, "5-Jan (2021-01-05)"}, {"mmm", 44201, "Jan"},
		{"h:mm", 0.5, "12:00"}, {"h:mm AM/PM", 0.75, "6:00 PM"}, {"hh:mm AM/PM", 0, "12:00 AM"}, {"h:mm A/P", 0.25, "6:00 A"}, {"mm:ss", 0.5 / 24, "30:00"}, {"h:mm:ss", 0.999999, "0:00:00"},
		{"[h]:mm:ss", 1.5, "36:00:00"}, {"[mm]:ss", 0.5, "720:00"}, {"[ss]", 1.0 / 1440, "60"}, {"mm:ss.0", 0.00001157407407, "00:01.0"}, {"ss.000", 1.5 / 86400, "01.500"},
		{"yyyy-mm-dd hh:mm", 44197.5, "2021-01-01 12:00"}, {`yyyy"年"m"月"d"日"`, 44197, "2021年1月1日"}, {"yyyy年m月d日", 44197, "2021年1月1日"}, {"bbbb", 44197, "2564"}, {"e-m-d", 44197, "2021-1-1"},
		{"yyyy-mm-dd", 1, "1900-01-01"}, {"yyyy-mm-dd", 59, "1900-02-28"}, {"yyyy-mm-dd", 60, "1900-02-29"}, {"yyyy-mm-dd", 61, "1900-03-01"}, {"yyyy-mm-dd", -1, "-1"}, {"yyyy", 1e9, "1000000000"},
		{"yyyy-mm-dd", 2958465, "9999-12-31"}, {"h:mm:ss.00;@", 0.5, "12:00:00.00"},
	} {
		f := numfmt.Compile(c.code)
		if got := f.Number(c.v, false); got != c.want || !f.IsDate() {
			t.Errorf("%v as %s: got %q, want %q", c.v, c.code, got, c.want)
		}
	}
	if got := numfmt.Compile("yyyy-mm-dd").Number(0, true); got != "1904-01-01" {
		t.Errorf("the first day of 1904 is %s", got)
	}
}

func TestTexts(t *testing.T) {
	for code, want := range map[string]string{"General": "x", "@": "x", "0.00": "x", `0;0;0;"<"@">"`: "<x>", `"Dr. "@`: "Dr. x", ";;;": "", "0;0;0": "x"} {
		if got := numfmt.Compile(code).Text("x"); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
}

func TestBuiltinFormatsAreKnown(t *testing.T) {
	for id, want := range map[int]string{0: "44197.25", 2: "44197.25", 3: "44,197", 10: "4419725.00%", 14: "2021-01-01", 22: "2021-01-01 6:00", 46: "1060734:00:00", 999: "44197.25"} {
		if got := numfmt.Compile(numfmt.Builtin(id)).Number(44197.25, false); got != want {
			t.Errorf("%d: got %q, want %q", id, got, want)
		}
	}
}

func FuzzFormat(f *testing.F) {
	f.Add(`[>=1]#,##0.0?,"k";[$€-407]?/?;yyyy[h]:mm:ss.00 AM/PM;_(@*x`, 12.5)
	f.Add(`##0.0E+0%\;#" "?/100`, -1e300)
	f.Fuzz(func(t *testing.T, code string, v float64) {
		c := numfmt.Compile(code)
		for _, got := range []string{c.Number(v, false), c.Number(-v, true), c.Text("x")} {
			if utf8.ValidString(code) && !utf8.ValidString(got) {
				t.Errorf("%q of %v gives %q", code, v, got)
			}
			if len(got) > 100*(len(code)+10) {
				t.Errorf("%q of %v gives %d bytes", code, v, len(got))
			}
		}
	})
}
