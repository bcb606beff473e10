package main

import "context"

func runQuick(context.Context, options) error { return nil }
