package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script. A script finds free addresses in $ADDR and
// $ADDR2, $URL and $URL2, and has these commands more:
//
//	ready URL                     wait until the server is ready
//	http STATUS METHOD URL [BODY] call it; the answer is the standard output
//	eventually PATTERN COMMAND... run the command until its output matches
//	exits CODE COMMAND...         run the command and want this exit code
//	spoil DIR                     fill every file below the folder with garbage
//	digest FILE DIR               write what is in the folder, byte for byte, to a file
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for _, n := range []string{"", "2"} {
				addr, err := freeAddress()
				if err != nil {
					return err
				}
				env.Setenv("ADDR"+n, addr)
				env.Setenv("URL"+n, "http://"+addr)
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ready": scriptReady, "http": scriptHTTP, "eventually": scriptEventually,
			"exits": scriptExits, "spoil": scriptSpoil, "digest": scriptDigest,
		},
	})
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func usageOf(ts *testscript.TestScript, ok bool, usage string) {
	if !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

// poll calls done until it holds.
func poll(ts *testscript.TestScript, what string, done func() bool) {
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("waited %v for %s", patience, what)
		}
	}
}

func scriptReady(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && len(args) == 1, "ready URL")
	poll(ts, args[0]+" to be ready", func() bool {
		status, _, err := fetch(http.DefaultClient, http.MethodGet, args[0]+"/readyz", nil)
		return err == nil && status == http.StatusOK
	})
}

func scriptHTTP(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && (len(args) == 3 || len(args) == 4), "http STATUS METHOD URL [BODY]")
	status, text, err := fetch(http.DefaultClient, args[1], args[2], strings.NewReader(strings.Join(args[3:], "")))
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), text)
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("status %d, want %s: %s", status, args[0], text)
	}
}

func scriptEventually(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && len(args) >= 2, "eventually PATTERN COMMAND...")
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	poll(ts, strconv.Quote(args[0]), func() bool {
		_ = ts.Exec(args[1], args[2:]...) // only what it prints counts
		return pattern.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	})
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && len(args) >= 2, "exits CODE COMMAND...")
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func scriptSpoil(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && len(args) == 1, "spoil DIR")
	ts.Check(eachFile(ts.MkAbs(args[0]), func(file string) error {
		return os.WriteFile(file, []byte(strings.Repeat("garbage ", 100)), 0o600)
	}))
}

func scriptDigest(ts *testscript.TestScript, neg bool, args []string) {
	usageOf(ts, !neg && len(args) == 2, "digest FILE DIR")
	var all []byte
	ts.Check(eachFile(ts.MkAbs(args[1]), func(file string) error {
		data, err := os.ReadFile(file)
		all = fmt.Appendf(all, "%s %q\n", file, data)
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), all, 0o600))
}

// eachFile calls fn for the regular files below dir; there must be one.
func eachFile(dir string, fn func(file string) error) error {
	n := 0
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		n++
		return fn(file)
	})
	if err == nil && n == 0 {
		err = fmt.Errorf("there is no file below %s", dir)
	}
	return err
}
