package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// result is one row of the table and of the JSON file.
type result struct {
	Workload   string  `json:"workload"`
	Network    string  `json:"network,omitempty"` // W7, where it is not the default
	Peer       string  `json:"peer"`
	Lane       string  `json:"lane"` // that the states ride on
	Encryption string  `json:"encryption"`
	USPerMsg   float64 `json:"us_per_message,omitempty"` // CPU of the server, user and system
	// RatioToBare is of what the workload is about: W5 the cost, W7 the age at p99.
	RatioToBare   float64 `json:"ratio_to_bare,omitempty"`
	AgeP50Ms      float64 `json:"age_p50_ms,omitempty"`
	AgeP99Ms      float64 `json:"age_p99_ms,omitempty"`
	ReliableP99Ms float64 `json:"reliable_p99_ms,omitempty"`
	WireBytes     float64 `json:"wire_bytes,omitempty"` // IP bytes of one session in a second, both directions together
	BytesToBare   float64 `json:"bytes_to_bare,omitempty"`
	RSSPerSession float64 `json:"rss_per_session_bytes,omitempty"`
}

// sorted returns a sorted copy.
func sorted[T cmp.Ordered](v []T) []T {
	v = slices.Clone(v)
	slices.Sort(v)
	return v
}

// median is 0 of nothing.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = sorted(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// percentile is the smallest sample that a share p of all does not exceed; 0 of nothing.
func percentile(v []int32, p float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = sorted(v)
	return float64(v[max(0, int(math.Ceil(p*float64(len(v))))-1)])
}

// spread writes the least and the greatest of several.
func spread(v []float64, format string) string {
	if len(v) < 2 {
		return ""
	}
	return fmt.Sprintf(format+"–"+format, slices.Min(v), slices.Max(v))
}

func round(x float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	return math.Round(x*scale) / scale
}

// ratios divides round by round; rounds that either lacks are left out.
func ratios(of, to map[int]float64) []float64 {
	var out []float64
	for i, x := range of {
		if y := to[i]; y > 0 {
			out = append(out, x/y)
		}
	}
	return out
}

func values(m map[int]float64) []float64 {
	var out []float64
	for _, x := range m {
		out = append(out, x)
	}
	return out
}
