package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A line is a curve of a chart: points with their name.
type line struct {
	name string
	x, y []float64
}

// A chart has logarithmic axes.
type chart struct {
	title, x string
	lines    []line
}

// The size of a chart and of the space around its axes, in pixels.
const (
	chartWidth, chartHeight = 640, 400
	left, right             = 70, 100
	top, bottom             = 40, 50
)

// colours tell lines apart, also for those who see fewer of them (Okabe and Ito
// 2008).
func colours() []string { return []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7"} }

// svg draws the chart. Points that are not above 0 are left out.
func (c chart) svg() string {
	var xs, ys []float64
	for _, l := range c.lines {
		xs, ys = append(xs, l.x...), append(ys, l.y...)
	}
	p := plane{}
	p.x0, p.x1 = decades(xs)
	p.y0, p.y1 = decades(ys)
	fmt.Fprintf(&p.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		chartWidth, chartHeight, chartWidth, chartHeight)
	fmt.Fprintf(&p.out, `<rect width="%d" height="%d" fill="white"/>`+"\n", chartWidth, chartHeight)
	p.text(left, top-16, "start", c.title)
	p.text((left+chartWidth-right)/2, chartHeight-10, "middle", c.x)
	p.grid()
	for i, l := range c.lines {
		p.line(l, colours()[i%len(colours())])
	}
	p.out.WriteString("</svg>\n")
	return p.out.String()
}

// A plane is what a chart is drawn on: from and to these powers of ten.
type plane struct {
	x0, x1, y0, y1 int
	out            strings.Builder
}

// at returns the place of a point in pixels.
func (p *plane) at(x, y float64) (px, py float64) {
	px = left + (math.Log10(x)-float64(p.x0))/float64(p.x1-p.x0)*(chartWidth-left-right)
	py = chartHeight - bottom - (math.Log10(y)-float64(p.y0))/float64(p.y1-p.y0)*(chartHeight-top-bottom)
	return px, py
}

func (p *plane) text(x, y float64, anchor, s string) {
	fmt.Fprintf(&p.out, `<text x="%.0f" y="%.0f" text-anchor="%s" fill="#222">%s</text>`+"\n", x, y, anchor, html.EscapeString(s))
}

// grid draws a line with its number for every power of ten.
func (p *plane) grid() {
	rule := func(x0, y0, x1, y1 float64) {
		fmt.Fprintf(&p.out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#ccc"/>`+"\n", x0, y0, x1, y1)
	}
	for e := p.x0; e <= p.x1; e++ {
		x, _ := p.at(math.Pow10(e), 1)
		rule(x, top, x, chartHeight-bottom)
		p.text(x, chartHeight-bottom+18, "middle", number(e))
	}
	for e := p.y0; e <= p.y1; e++ {
		_, y := p.at(1, math.Pow10(e))
		rule(left, y, chartWidth-right, y)
		p.text(left-8, y+4, "end", number(e))
	}
}

// number writes a power of ten with a mark between the thousands.
func number(e int) string {
	if e < 0 {
		return fmt.Sprint(math.Pow10(e))
	}
	s := "1" + strings.Repeat("0", e)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (p *plane) line(l line, colour string) {
	var points strings.Builder
	var x, y float64
	for i := range l.x {
		if l.x[i] <= 0 || l.y[i] <= 0 {
			continue
		}
		x, y = p.at(l.x[i], l.y[i])
		fmt.Fprintf(&points, "%.1f,%.1f ", x, y)
		fmt.Fprintf(&p.out, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x, y, colour)
	}
	if points.Len() == 0 {
		return
	}
	fmt.Fprintf(&p.out, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n", strings.TrimSpace(points.String()), colour)
	fmt.Fprintf(&p.out, `<text x="%.1f" y="%.1f" fill="%s">%s</text>`+"\n", x+8, y+4, colour, html.EscapeString(l.name))
}
