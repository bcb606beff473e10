package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// A client sends one request after the other over one connection. It does less
// than net/http's: what it costs is taken from the servers, which run on the
// same processors.
type client struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

// encodePost returns a request as it goes over the wire.
func encodePost(addr, path string, body []byte) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, addr, len(body), body)
}

// do sends a request that encodePost made and returns the answer's body, valid
// until the next call. After an error the next call dials again.
func (c *client) do(request []byte, limit time.Duration) ([]byte, error) {
	body, err := c.exchange(request, time.Now().Add(limit))
	if err != nil {
		c.close()
	}
	return body, err
}

func (c *client) exchange(request []byte, deadline time.Time) ([]byte, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.addr, time.Until(deadline))
		if err != nil {
			return nil, err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 64<<10)
	}
	if err := c.conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, err
	}
	c.body.Reset()
	_, err = io.Copy(&c.body, resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s: %.200s", resp.Status, c.body.Bytes())
	}
	if resp.Close {
		c.close()
	}
	return c.body.Bytes(), err
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// post sends a value and reads the answer into another.
func (c *client) post(path string, question, answer any, limit time.Duration) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	got, err := c.do(encodePost(c.addr, path, body), limit)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("%s answered %.200q: %w", path, got, err)
	}
	return nil
}
