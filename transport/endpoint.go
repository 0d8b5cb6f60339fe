package transport

// Endpoint is a way into a zone process, as the process names it to the realm and a grant to a client. A process names a host that is
// unspecified (0.0.0.0) where it does not know its own: it is then the one by which the client reaches the gateway. Neither address nor
// URL: the gateway stands between.
type Endpoint struct {
	Transport Kind   `json:"transport" doc:"kcp, webrtc, websocket; clients pass over those that they do not know"`
	Addr      string `json:"addr,omitempty" doc:"HOST:PORT, of transports over UDP"`
	URL       string `json:"url,omitempty" doc:"where to begin, of those that begin over HTTP: a path on the gateway, or another server's URL"`
}
