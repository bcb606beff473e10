package dataflow

import "time"

// A Time is when something happened, as the data says: nanoseconds since
// 1970-01-01 UTC, or any unit that the durations beside it are in too.
type Time int64

// At returns t as a Time. Years from 1678 to 2262 fit in.
func At(t time.Time) Time { return Time(t.UnixNano()) }

// Time returns t, if it is in nanoseconds, in UTC.
func (t Time) Time() time.Time { return time.Unix(0, int64(t)).UTC() }

// Add returns t plus d.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns how long after u t is.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }
