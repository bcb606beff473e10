package configs

import (
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Written returns b as YAML that Like reads, as it was written: ${NAME} stays,
// and what it stands for is not in it. A setting that looks like a secret and is
// written out is left out.
func (b Block) Written() (string, error) {
	if b.node == nil {
		return "", nil
	}
	n := withoutSecrets(b.node)
	kind := []*yaml.Node{{Kind: yaml.ScalarNode, Value: "kind"}, {Kind: yaml.ScalarNode, Value: b.Kind, Style: yaml.DoubleQuotedStyle}}
	n.Content = append(kind, n.Content...)
	text, err := yaml.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("writing the block of kind %q: %w", b.Kind, err)
	}
	return string(text), nil
}

// secret matches the names of settings whose values are nobody's business.
const secret = `(?i)key|token|secret|passw|auth|cookie`

// withoutSecrets copies n, aliases resolved and comments dropped.
func withoutSecrets(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: n.Style}
	if n.Kind != yaml.MappingNode {
		for _, child := range n.Content {
			c.Content = append(c.Content, withoutSecrets(child))
		}
		return c
	}
	hides := regexp.MustCompile(secret)
	refers := regexp.MustCompile(`^\$\{\w+\}$`)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if hides.MatchString(name.Value) && !refers.MatchString(value.Value) {
			continue
		}
		c.Content = append(c.Content, withoutSecrets(name), withoutSecrets(value))
	}
	return c
}

// Like reads a block that Written returned, with the variables that b is read
// with.
func (b Block) Like(written string) (Block, error) {
	var into struct{ Block Block }
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(written), &n); err != nil {
		return Block{}, yamlMistake("remembered block", err)
	}
	if len(n.Content) == 0 {
		return Block{}, &Mistake{File: "remembered block", Message: "is empty"}
	}
	getenv := literal
	if b.dec != nil {
		getenv = b.dec.getenv
	}
	d := &decoder{file: "remembered block", getenv: getenv}
	root := yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{
		Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "block"}, n.Content[0]},
	}}}
	d.document(&root, &into)
	return into.Block, d.err()
}
