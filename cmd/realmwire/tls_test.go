package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

// selfSigned writes a certificate for 127.0.0.1 and returns a client that trusts it.
func selfSigned(t *testing.T, dir string) (cert, key string, client *http.Client) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "realmwire test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &priv.PublicKey, priv)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write := func(file, kind string, b []byte) {
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(cert, "CERTIFICATE", der)
	write(key, "PRIVATE KEY", raw)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, key, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, Timeout: 10 * time.Second}
}

func TestTLS(t *testing.T) {
	cert, key, client := selfSigned(t, t.TempDir())
	p := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(p.URL, "https://") {
		t.Errorf("the page is said to be at %s", p.URL)
	}
	resp, err := client.Get("https://" + p.HTTP + "/v1/realm")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	if resp.Header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to come by TLS again")
	}
	client.CloseIdleConnections()
}

// TestBehindATLSProxy: a proxy ends TLS before the gateway. Bots that know the page's address alone play on every transport: signalling and
// WebSockets go through the proxy as well.
func TestBehindATLSProxy(t *testing.T) {
	harness.Need(t, "a system whose certificates can be named ($SSL_CERT_FILE)", runtime.GOOS == "linux")
	certFile, keyFile, _ := selfSigned(t, t.TempDir())
	t.Setenv("SSL_CERT_FILE", certFile)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir())
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	var upgrades atomic.Int32
	gateway := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: server.HTTP})
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "websocket" {
			upgrades.Add(1)
		}
		gateway.ServeHTTP(w, r)
	}))
	proxy.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	const bots = 6
	r := loadtest(t, harness.Binary(t), "--url", proxy.URL, "--metrics", "http://"+server.Ops+"/metrics", "--bots", "6", "--transport", "mixed", "--duration", "3s")
	r.check(t, bots)
	if len(r.Transports) != 3 || upgrades.Load() == 0 {
		t.Errorf("transports %v, %d WebSockets through the proxy", r.Transports, upgrades.Load())
	}
	server.Stop()
}

func TestPlainHTTPBeyondLoopbackWarnsLoudly(t *testing.T) {
	const warning = "PLAIN HTTP BEYOND THIS MACHINE"
	p := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--http", ":0")
	if !strings.Contains(p.Log.String(), warning) {
		t.Errorf("no warning:\n%s", p.Log)
	}
	p = harness.StartUp(t, harness.Binary(t), t.TempDir())
	if strings.Contains(p.Log.String(), warning) {
		t.Errorf("a warning for loopback:\n%s", p.Log)
	}
}
