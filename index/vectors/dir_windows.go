package vectors

// syncDir does nothing: Windows cannot sync a folder, and needs no such thing.
func syncDir(string) error { return nil }
