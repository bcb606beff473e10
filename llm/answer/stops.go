package answer

import "strings"

// Function words carry no evidence of an answer. The lists are short: what is
// frequent in the passages at hand weighs little anyway.
var stopped = set(english, otherStops)

// inEnglish are those by which a question is seen to be English.
var inEnglish = set(english)

const english = `a an the and or but nor if then than so as of at by for from in into on onto off out over under up down to with without within about
	against between through during before after above below is are was were be been being am do does did done doing have has had having
	can could will would shall should may might must not no yes it its itself he him his she her hers they them their theirs we us our
	you your i me my this that these those there here what which who whom whose when where why how many much long often far any some all
	each other another such same own only just also very too s t d ll re ve don didn doesn isn wasn one ones get got give gave tell
	name describe explain please show find know known called mean means according type kind kinds
	happen happens happened`

// German; French; Spanish, Italian and Portuguese; Russian; Arabic.
const otherStops = `der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als so von vom zu zum zur im in am an auf aus bei mit
	nach vor für über unter um durch gegen ohne zwischen ist sind war waren wird werden wurde wurden sein hat haben hatte hatten kann können
	soll muss nicht kein keine es er sie ihr ihre sein seine wir uns man dies diese dieser dieses was welche welcher welches welchen wer wen
	wem wessen wann wo warum wie viel viele lange oft auch nur sich noch dass nannte heißt

	le la les un une des du de et ou mais si dans sur sous par pour avec sans en au aux est sont était étaient être a ont avait que qui quoi
	dont où quand comment combien pourquoi quel quelle quels quelles ce cette ces il elle ils elles on nous vous se sa son ses leur leurs ne
	pas plus

	el los las una unos unas del y o pero al con por para sin es son fue era fueron ser ha han había qué quién quiénes cuál cuáles cuándo
	dónde cómo cuánto cuántos cuánta cuántas se su sus lo no más il lo gli uno di da nel nella che chi quale quando dove come quanto quanti
	o os um uma do da dos das em no na nos nas com que quem qual quais onde como quanto quantos

	и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по ее из от о для это который которая которые какой какая
	какие кто где когда почему сколько чем был была было были

	في من إلى على عن مع ما ماذا متى أين كيف كم هل هو هي هذا هذه التي الذي الذين أن إن كان كانت ذلك تلك أو ثم قد لا لم`

// Words of every subject are weak evidence: their stems are here.
var weak = stems(`use most more less least first second third last next new old young early late main major minor important good better
	best great large big small little high low long short part parts piece area areas region place places site point points way ways thing things
	people person man men woman women child children human member members group groups team number numbers amount total
	average size level rate percent percentage half many several few different various similar other same general common special specific single
	time times year years day days week month months age period century date today present current recent recently
	make made making take took taken come came go went gone see seen say said think believe want need try put set let keep kept hold held
	begin began start started end ended become became remain stay change changed increase increased decrease grow grew add added give allow
	cause caused lead led follow followed include included involve contain consist produce produced production create created form formed develop
	developed development build built find found discover see show shown provide require use uses used using work works worked help play played
	receive received hold win won lose lost serve served known call called refer refers term word words name named title example
	state states country countries nation national world international government public system systems process processes method methods
	result results effect effects reason reasons purpose role function problem problems issue issues question answer case cases event events
	order base based basis limit limited control complete completed full open close free able possible likely due according along
	study studies research researcher report report reports data information research theory field type types kind kinds sort
	average household standard extended primary basic single line side top bottom front back left right near around
	move moved run ran turn bring brought carry send sent pay paid cost costs price value large influence relate related`)

var denseStops = replacer(`什么 甚么 多少 哪里 哪裡 哪些 哪个 哪個 哪 谁 誰 何时 何時 如何 怎么 怎麼 怎样 为什么 為什麼 为何 几 幾 吗 嗎 呢 的 了 是 在 和 与 與
	及 或 被 把 有 于 於 之 这 這 那 个 個 们 們 です ます でした ました とは 何 は が を に へ と も の で か ある いる する した された どこ だれ いつ`)

func set(lists ...string) map[string]bool {
	m := make(map[string]bool)
	for _, list := range lists {
		for _, w := range strings.Fields(list) {
			m[w] = true
		}
	}
	return m
}

// replacer puts a zero byte where a word of list is.
func replacer(list string) *strings.Replacer {
	var pairs []string
	for _, w := range strings.Fields(list) {
		pairs = append(pairs, w, "\x00")
	}
	return strings.NewReplacer(pairs...)
}

func stems(list string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		m[stem(w)] = true
	}
	return m
}
