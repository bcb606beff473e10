package analyze

import (
	"os"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2/registry"
)

func paragraphs(t testing.TB, language string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/xquad-" + language + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestParagraphsOfArticlesAreRecognized(t *testing.T) {
	for _, language := range []string{"ar", "de", "en", "zh"} {
		for _, p := range paragraphs(t, language) {
			if got := Detect(p); got != language {
				t.Errorf("got %q, want %q: %.80s", got, language, p)
			}
		}
	}
}

// speech is a few sentences in each language that Detect knows by its words.
var speech = map[string]string{
	"bg":  "Котката спеше на стола, когато майка ми се върна от работа. Тя каза, че навън вали и че ще остане у дома, защото не иска да се намокри.",
	"ca":  "El gat dormia a la cadira quan la meva mare va tornar de la feina. Va dir que plovia molt i que no volia sortir amb nosaltres perquè estava cansada.",
	"ckb": "پشیلەکە لەسەر کورسییەکە خەوتبوو کاتێک دایکم لە کار گەڕایەوە. ئەو گوتی کە باران دەبارێت و ئەم شەوە لەگەڵ ئێمە نایەت بۆ دەرەوە.",
	"cs":  "Kočka spala na židli, když se moje matka vrátila z práce. Řekla, že venku prší a že zůstane doma, protože se jí nechce být mokrá.",
	"da":  "Katten sov på stolen, da min mor kom hjem fra arbejde. Hun sagde, at det regnede udenfor, og at hun ikke ville gå ud igen, før det holdt op.",
	"de":  "Die Katze schlief auf dem Stuhl, als meine Mutter von der Arbeit kam. Sie sagte, dass es draußen regnet und dass sie nicht mehr hinaus will.",
	"el":  "Η γάτα κοιμόταν στην καρέκλα όταν γύρισε η μητέρα μου από τη δουλειά.",
	"en":  "The cat was asleep on the chair when my mother came home from work. She said that it was raining and that she would not go out again.",
	"es":  "El gato dormía en la silla cuando mi madre volvió del trabajo. Dijo que llovía mucho y que no quería salir con nosotros porque estaba cansada.",
	"et":  "Kass magas toolil, kui ema töölt koju tuli. Ta ütles, et väljas sajab ja et ta ei lähe enam välja, sest see oli juba liiga hilja ja ta on väsinud.",
	"eu":  "Katua aulkian lo zegoen ama lanetik etxera etorri zenean. Kanpoan euria ari duela eta ez duela berriro atera nahi esan zuen, oso nekatuta dago eta.",
	"fa":  "گربه روی صندلی خوابیده بود که مادرم از کار به خانه برگشت. او گفت که بیرون باران می بارد و دیگر با ما بیرون نمی رود.",
	"fi":  "Kissa nukkui tuolilla, kun äitini tuli töistä kotiin. Hän sanoi, että ulkona sataa ja että hän ei lähde enää ulos, koska hän oli väsynyt.",
	"fr":  "Le chat dormait sur la chaise quand ma mère est rentrée du travail. Elle a dit qu'il pleuvait dehors et qu'elle ne voulait pas sortir avec nous.",
	"ga":  "Bhí an cat ina chodladh ar an gcathaoir nuair a tháinig mo mháthair abhaile ón obair. Dúirt sí go raibh sé ag cur báistí agus nach rachadh sí amach.",
	"gl":  "O gato durmía na cadeira cando a miña nai volveu do traballo. Dixo que estaba a chover e que non quería saír connosco porque estaba moi cansa.",
	"he":  "החתול ישן על הכיסא כשאמא שלי חזרה מהעבודה.",
	"hi":  "बिल्ली कुर्सी पर सो रही थी जब मेरी माँ काम से घर आई। उसने कहा कि बाहर बारिश हो रही है और वह अब हमारे साथ नहीं जाएगी।",
	"hr":  "Mačka je spavala na stolici kada se moja majka vratila s posla. Rekla je da vani pada kiša i da više ne želi ići van jer je bila umorna.",
	"hu":  "A macska a széken aludt, amikor anyám hazajött a munkából. Azt mondta, hogy kint esik az eső, és hogy ő már nem megy ki többet.",
	"hy":  "Կատուն քնած էր աթոռի վրա, երբ մայրս եկավ աշխատանքից։",
	"id":  "Kucing itu tidur di kursi ketika ibu saya pulang dari kantor. Dia berkata bahwa di luar hujan dan dia tidak akan pergi lagi karena sudah lelah.",
	"it":  "Il gatto dormiva sulla sedia quando mia madre è tornata dal lavoro. Ha detto che pioveva e che non voleva più uscire con noi perché era stanca.",
	"ja":  "母が仕事から帰ってきたとき、猫は椅子の上で眠っていた。",
	"ka":  "კატას სკამზე ეძინა, როცა დედა სამსახურიდან დაბრუნდა.",
	"ko":  "어머니가 일을 마치고 돌아왔을 때 고양이는 의자에서 자고 있었다.",
	"lt":  "Katė miegojo ant kėdės, kai mama grįžo iš darbo. Ji sakė, kad lauke lyja ir kad ji jau ne eis su mumis, bet dar gali būti namuose.",
	"lv":  "Kaķis gulēja uz krēsla, kad māte nāca no darba. Viņa teica, ka ārā līst un ka viņa vairs ne iet ārā, jo tas bija ļoti vēlu un viņa ir nogurusi.",
	"mk":  "Мачката спиеше на столот кога мајка ми се врати од работа. Таа рече дека надвор врне и дека не сака да оди со нас, но ќе биде дома.",
	"mr":  "मांजर खुर्चीवर झोपली होती आणि आई कामावरून घरी आली. बाहेर पाऊस आहे पण ते येणार नाही असे ती म्हणाली, हा तो एक दिवस आहे.",
	"ne":  "बिरालो कुर्सीमा सुतेको थियो र आमा काम बाट घर आउनु भयो। बाहिर पानी परेको छ तर यो राम्रो हो, पनि उनले जाने भएको छ भन्ने छन्।",
	"nl":  "De kat sliep op de stoel toen mijn moeder van haar werk kwam. Ze zei dat het buiten regende en dat ze niet meer naar buiten wilde.",
	"no":  "Katten sov på stolen da mora mi kom hjem fra arbeid. Hun sa at det regnet ute, og at hun ikke ville gå ut igjen før det hadde sluttet å regne.",
	"pl":  "Kot spał na krześle, gdy moja matka wróciła z pracy. Powiedziała, że na dworze pada i że już nie wyjdzie, bo jest bardzo zmęczona, ale może jutro.",
	"pt":  "O gato dormia na cadeira quando a minha mãe voltou do trabalho. Ela disse que estava a chover e que não queria sair conosco porque já era tarde.",
	"ro":  "Pisica dormea pe scaun când mama mea s-a întors de la serviciu. Ea a spus că afară plouă și că nu mai vrea să iasă cu noi pentru că era obosită.",
	"ru":  "Кошка спала на стуле, когда моя мама вернулась с работы. Она сказала, что на улице дождь и что она больше не хочет никуда идти.",
	"sk":  "Mačka spala na stoličke, keď sa moja mama vrátila z práce. Povedala, že vonku prší a že už nikam nepôjde, ale to je len preto, že bola veľmi unavená.",
	"sl":  "Mačka je spala na stolu, ko se je mama vrnila iz službe. Rekla je, da zunaj dežuje in da ne bo šla več ven, ker je bila zelo utrujena, kar ni tako.",
	"sr":  "Мачка је спавала на столици када се моја мајка вратила с посла. Рекла је да напољу пада киша и да не жели да иде са нама, али ће бити код куће.",
	"sv":  "Katten sov på stolen när min mamma kom hem från jobbet. Hon sa att det regnade ute och att hon inte ville gå ut igen förrän det hade slutat.",
	"sw":  "Paka alikuwa amelala kwenye kiti wakati mama alirudi kutoka kazini. Alisema kuwa nje kuna mvua na kwamba hii ni siku ya mwisho ya kazi yake kwa sasa, lakini pia yake ni hiyo.",
	"th":  "แมวนอนหลับอยู่บนเก้าอี้เมื่อแม่กลับมาจากที่ทำงาน",
	"tr":  "Annem işten eve geldiğinde kedi sandalyede uyuyordu. Dışarıda çok yağmur olduğunu ve daha sonra bizimle gelmek için hiç bir şey yapmayacağını söyledi.",
	"uk":  "Кішка спала на стільці, коли моя мама повернулася з роботи. Вона сказала, що надворі дощ і що вона не хоче йти з нами, але може бути вдома.",
	"ur":  "بلی کرسی پر سو رہی تھی جب میری ماں کام سے گھر آئی۔ اس نے کہا کہ باہر بارش ہو رہی ہے اور وہ ہمارے ساتھ نہیں جائے گی۔",
	"vi":  "Con mèo đang ngủ trên ghế khi mẹ tôi đi làm về. Bà nói rằng trời đang mưa và bà sẽ không đi ra ngoài với chúng tôi vì đã rất mệt, nhưng đó là một ngày của bà.",
	"zh":  "母亲下班回来的时候，猫正在椅子上睡觉。她说外面在下雨。",
}

func TestLanguagesAreToldApart(t *testing.T) {
	for language, text := range speech {
		if got := Detect(text); got != language {
			t.Errorf("got %q, want %q: %s", got, language, text)
		}
	}
}

func TestEveryCandidateHasWordsAndASample(t *testing.T) {
	cache := registry.NewCache()
	total := 0
	for _, list := range candidates {
		for _, language := range list {
			total++
			if n := len(words(cache, language)); n < 20 {
				t.Errorf("%s has only %d words", language, n)
			}
			if language != "ar" && speech[language] == "" { // Arabic is in testdata
				t.Errorf("%s has no sample here", language)
			}
		}
	}
	if total > maxCandidates {
		t.Errorf("%d candidates, there is room for %d", total, maxCandidates)
	}
	if firstOnly+script(len(only)) != script(scripts) {
		t.Errorf("%d scripts, there is room for %d", int(firstOnly)+len(only), scripts)
	}
}

func TestWhatIsNoSpeechHasNoLanguage(t *testing.T) {
	for _, text := range []string{
		"", " ", "42", "\xff\xfe\x00", "Berlin, Hamburg, Paris, London, Madrid, Oslo",
		"a,b,c,d\na,b,c,d\na,b,c,d\na,b,c,d\n",
		"x = y * 2; z(x, y)", "\u0301\u0301", strings.Repeat("de ", 500), "日本語 is Japanese",
	} {
		if got := Detect(text); got != "" {
			t.Errorf("got %q: %.60q", got, text)
		}
	}
}

func TestNeighboursAreNotGuessed(t *testing.T) {
	if got := Detect("Det er min og den er din, og jeg har ikke en god katt på stolen, men hun har."); got != "" {
		t.Errorf("words of Danish and of Norwegian are %q", got)
	}
}

func TestAFewWordsAmongNamesAreNoSpeech(t *testing.T) {
	if got := Detect("the " + strings.Repeat("Berlin Hamburg Paris ", 10) + "of and " + strings.Repeat("London Madrid ", 10)); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestOneWordRepeatedDoesNotDecide(t *testing.T) {
	if got := Detect(speech["de"] + strings.Repeat(" the and", 100)); got != "de" {
		t.Errorf("got %q", got)
	}
}

func TestProgramsAreEnglishOrUnknown(t *testing.T) {
	readme := "# frobnicate\n\n[![CI](https://img.example/badge.svg)](https://ci.example)\n\n" +
		"A small tool to move files.\n\n## Install\n\n```sh\ngo install example.org/frob@latest\n```\n\n" +
		"Run `frob -n 3 *.txt`. The option `-n` sets how many files are moved at a time.\n"
	if got := Detect(readme); got != "en" {
		t.Errorf("a README is %q", got)
	}
	for _, name := range []string{"detect.go", "profile.go", "word.go", "library.go"} {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := Detect(string(code)); got != "en" && got != "" {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestOnlyTheStartOfATextIsRead(t *testing.T) {
	german := strings.Repeat(speech["de"]+"\n", 30)
	if got := Detect(german + strings.Repeat(speech["fr"], 300)); got != "de" {
		t.Errorf("got %q", got)
	}
	// The sample may end within a character.
	for i := range 4 {
		if got := Detect(strings.Repeat("x", i) + strings.Repeat(speech["zh"], 100)); got != "zh" {
			t.Errorf("shifted by %d: got %q", i, got)
		}
	}
}

func FuzzDetect(f *testing.F) {
	for _, text := range speech {
		f.Add(text)
	}
	f.Add("\xff\xfe'")
	f.Fuzz(func(t *testing.T, text string) {
		got := Detect(text)
		if got != Base(got) || len(got) > 3 {
			t.Fatalf("%q is not a base language", got)
		}
		if again := Detect(text); got != again {
			t.Fatalf("%q, and then %q", got, again)
		}
	})
}
