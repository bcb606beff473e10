package rtf

import "strings"

// characters are the words that stand for one.
var characters = map[string]string{
	"tab": "\t", "line": "\n", "emdash": "\u2014", "endash": "\u2013", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
	"bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201C", "rdblquote": "\u201D",
	"zwj": "\u200D", "zwnj": "\u200C", "zwbo": "\u200B", "zwnbo": "\u2060", "ltrmark": "\u200E", "rtlmark": "\u200F", "lbr": "\n", "softline": "\n",
}

// destinations without text that are not marked as optional.
var skipped = wordSet(`colortbl filetbl pict nonshppict shprslt themedata colorschememapping datastore
	latentstyles listtable listoverridetable revtbl rsidtbl generator xmlnstbl bkmkstart bkmkend xe tc tcn rxe txe template
	nextfile private private1 pntxta pntxtb ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn docvar formfield datafield
	falt panose fname fontemb fontfile keycode objname objalias objsect objtime blipuid sp pgdsctbl pgptbl
	mctrlPr atntime atndate atnref atrfstart atrfend atnparent atnicn pnseclvl background userprops wgrffmtfilter oldcprops oldpprops
	oldsprops oldtprops passwordhash protusertbl writereservation writereservhash factoidname
	xmlopen xmlclose xmlattrname xmlattrvalue fchars lchars ffdeftext ffentrytext ffexitmacro ffformat ffhelptext ffl ffname ffstattext
	mhtmltag htmlbase defchp defpap hsv ebcstart ebcend linkval propname propval staticval`)

// transparent are the optional destinations whose text is of the document.
var transparent = wordSet(`moMath moMathPara mmath mr mf mfNum mden mnum me msub msup msubSup mrad mdeg mnary mfunc mfName
	mlim mlimLow mlimUpp md mm mmr mbox mborderBox mbar macc meqArr mgroupChr mphant msPre msSub msSup msSubSup
	shp shpinst shpgrp shptxt dptxbx do dptxbxtext dpgroup result nesttableprops`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// control takes a control word.
func (r *reader) control(name string, p param) {
	if name == "u" {
		r.unicode(p.n)
		return
	}
	r.skipped = 0
	star := r.now.star
	r.now.star = false
	if r.now.skip && name != "ud" { // an optional destination in \upr is the better text
		return
	}
	if s, ok := characters[name]; ok {
		r.character(name, s)
		return
	}
	switch {
	case skipped[name] || strings.HasPrefix(name, "m") && strings.HasSuffix(name, "Pr"):
		r.now.skip = true
	case r.property(name, p) || r.destination(name, p) || r.table(name, p):
	case star && !transparent[name]:
		r.now.skip = true
	}
}

func (r *reader) character(name, s string) {
	if name == "line" && r.wraps {
		s = "\r\n"
	}
	r.unpaired()
	r.text(s)
}

// property takes words that change how text looks; it reports whether name is
// one, as destination and table do.
func (r *reader) property(name string, p param) bool {
	s := &r.now
	switch name {
	case "par", "sect", "page", "column":
		r.endParagraph()
	case "pard":
		s.para = look{style: -1}
	case "s":
		s.para.style = p.n
	case "cs", "ds", "ts", "tsrowd":
		if s.styleTable {
			s.para.style = -1
		}
	case "outlinelevel":
		s.para.outline = p.n + 1
	case "ls":
		s.para.list = p.n
	case "ilvl":
		s.para.depth = min(max(p.n, 0), 8)
	case "pnlvl":
		s.para.list, s.para.depth = 1, min(max(p.n-1, 0), 8)
	case "pnlvlblt", "pnlvlbody":
		s.para.list = 1
	case "intbl":
		s.para.table = max(s.para.table, 1)
	case "itap":
		s.para.table = min(max(p.n, 0), maxTables)
	case "plain":
		s.hidden, s.deleted = false, false
	case "v":
		s.hidden = p.on()
	case "deleted":
		s.deleted = p.on()
	case "f":
		s.font = p.n
	case "fcharset", "cpg":
		r.fontCharset(name, p.n)
	case "uc":
		s.uc = min(max(p.n, 0), 16)
	case "htmlrtf":
		s.inWrap = p.on()
	default:
		return r.header(name, p)
	}
	return true
}

// header takes words that are about the whole document.
func (r *reader) header(name string, p param) bool {
	switch name {
	case "ansi":
		r.codepage = 1252
	case "mac":
		r.codepage = 10000
	case "pc":
		r.codepage = 437
	case "pca":
		r.codepage = 850
	case "ansicpg":
		if encodings[p.n] != nil || p.n == 65001 {
			r.codepage = p.n
		}
	case "deff":
		if r.now.font < 0 {
			r.now.font = p.n
		}
	case "deflang":
		r.language = languages[p.n]
	case "fromhtml":
		r.wraps = p.on()
	default:
		return false
	}
	return true
}
