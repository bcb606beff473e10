package main

import (
	"fmt"
	"strings"
)

// samples are documents by path: other scripts, characters beyond U+FFFF, a
// table, words that look like markup.
var samples = map[string]string{
	"guides/holidays.md": "# Holidays\n\n" +
		"Everyone has 28 days of paid holiday a year. Up to five days can be carried into the next year, if they are taken before the end of March.\n\n" +
		"## How to ask for them\n\n" +
		"Write to your lead two weeks ahead. 🌴 A holiday of more than three weeks needs the agreement of the whole team. Nobody is called back from a holiday.\n\n" +
		"| Length | Ask |\n| --- | --- |\n| up to 3 weeks | your lead |\n| longer | the team |\n",
	"guides/travel.md": "# Travel\n\n" +
		"Trains are booked in second class; on journeys of more than four hours first class is allowed. Flights within 800 km are not paid for.\n\n" +
		"Keep every receipt. Expenses are repaid within ten days after they have been handed in.\n",
	"guides/security.md": "# Security\n\n" +
		"Laptops are encrypted, and locked whenever you leave them. A lost laptop is reported within one hour.\n\n" +
		"## Passwords\n\n" +
		"Use the password manager. Passwords are never sent by e-mail, and two factors are needed everywhere.\n",
	"guides/emoji.md": "# Release names 🎉\n\n" +
		"👩‍🚀 Spring was named Orbit 🛰️🛰️, summer 🌞 was named Corona, and 𝔞𝔲𝔱𝔲𝔪𝔫 was named Comet ☄️.\n\n" +
		"🎈🎈🎈 The winter release carries the name Aurora 🌌, chosen by vote.\n",
	"guides/arabic.md": "# سياسة الإجازات\n\n" +
		"يحصل كل موظف على ثمانية وعشرين يوما من الإجازة المدفوعة كل سنة.\n\n" +
		"يجب تقديم الطلب قبل أسبوعين. For questions write to office@example.org.\n",
	"guides/hebrew.md":   "# נסיעות\n\nהקבלות נשמרות, וההוצאות מוחזרות בתוך עשרה ימים.\n",
	"guides/japanese.md": "# 休暇\n\n全員に年間28日の有給休暇があります。申請は二週間前までに行います。\n",
}

// longText returns about five megabytes in which one passage can be found. It
// begins with characters that take two code units.
func longText() string {
	var b strings.Builder
	b.WriteString("🚀🚀🚀 Log of the launch\n\n")
	for i := 0; b.Len() < 5_000_000; i++ {
		if i == 30_000 {
			b.WriteString("The zephyrine valve was replaced on the second day 🔧 because it had been leaking.\n\n")
		}
		fmt.Fprintf(&b, "Entry %d: pressure nominal, temperature nominal, nothing to report at station %d.\n\n", i, i%17)
	}
	return b.String()
}
