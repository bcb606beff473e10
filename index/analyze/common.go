package analyze

// commonWords are for Detect: words that make most of any text, in languages
// that bleve has no stop words of, or too few to tell them from their neighbours.
var commonWords = map[string]string{
	"da": `af blev bliver efter fra havde hjem hvad igen ind kunne meget mig dig sig nogen nogle når
		også sagde sin skulle ud ude uden var være været op over under mellem mod ved kom før gå gør mens siden selv altid`,
	"no": `av ble blir etter fra hadde hjem hva igjen inn kunne mye meg deg seg noen noe når
		også sa sin skulle ut ute uten var være vært opp over under mellom mot ved kom før gå gjør mens siden selv alltid`,
	"hr": `i u na je da se su za od s sa iz do po o kao što kako ali ili jer kada dok samo još već više
		nakon prema prije bio bila bilo bili biti može koji koja koje kojih ne nije to te ovaj ova`,
	"et": `ja on ei see et oli ta kui ka mis aga oma siis või nii tema kes mida selle need seda ning
		nende pole veel juba väga ainult kuid vaid olid olnud olla saab võib poolt kõik kus mille pärast enne`,
	"lt": `ir yra kad su į iš tai ne bet jis kaip apie buvo už nuo jo ji per prie dėl taip po savo tik ar
		jie jų būti kurie kuris kuri tačiau arba šis ši gali taip pat labai dar jau metų`,
	"lv": `un ir ar no uz par ka kas tas bet arī nav kā to pēc tika bija vai pie viņš tā lai gan ja jau
		tikai šis šī savu tiek kurš kura būt var ļoti starp līdz gada`,
	"pl": `i w z na do nie się jest że to o jak od po ale za przez dla są co był była było być oraz
		lub już tylko tak jego jej ich który która które którzy może przed przy również gdy ten ta te
		tego także był roku pod ze we czy nad ich bardzo więc`,
	"sk": `a v sa na je že s z do o to ako aj za po pre pri od bol bola bolo boli alebo ale tak len už
		sú ktorý ktorá ktoré ktorí keď podľa tiež jeho jej ich nie iba medzi veľmi byť čo`,
	"sl": `in je v na da se so za z ki ni bi pa kot po s o ne tudi do ali iz pri bil bila bilo od ter
		le če ko njegov njihov kar še lahko bodo biti ima med zelo`,
	"sw": `na ya wa kwa ni katika za la kuwa hii yake ambayo kama au lakini pia hiyo huyu watu moja
		cha vya hata baada kila sana bila yao wake`,
	"vi": `và của là có được trong cho với không một các những này đã khi người từ đến như về để cũng
		tại ra đó vào hay sẽ nhưng bị theo trên rất nhiều năm`,
	"mk": `и во на да се е за од со не што го ја ги ќе беше но како или тоа тој таа тие има ова која
		кој кои по до при овој оваа само сите ми му им се кога дека таму веќе многу само бил била`,
	"sr": `и у је на да се за од са не што су као али или по из који која које био била било није то
		ово он она они у до при само још због ће бити`,
	"uk": `і в на не з що та до у за як це від про але його її для або він вона вони є був була було
		були які який яка яке ще також може тільки якщо під після між через`,
	"ur": `کے میں کی ہے اور سے کا کو اس کہ پر نے یہ ہیں تھا ایک بھی نہیں ہو وہ تو جو گیا کر ان لیے تھے
		تھی ہوئے ساتھ بعد کیا`,
	"mr": `आहे आणि या हे ते होते होता व की एक तो ती त्या मध्ये साठी आहेत हा ही नाही पण त्यांनी करून
		येथे झाला केले म्हणून`,
	"ne": `छ र को मा यो हो पनि गर्न भएको लागि थियो छन् एक गरेको तर यस हुन् गर्ने उनले त्यो सबै भन्ने
		हुन्छ बाट नेपाल`,
}
