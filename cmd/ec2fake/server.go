package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// Limits of a connection: a client that is slow or gone holds nothing for long.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = time.Minute
	idleTimeout    = 2 * time.Minute
	stopTimeout    = 5 * time.Second
	maxHeader      = 64 << 10
)

// server is what listens.
type server struct {
	http     *http.Server
	listener net.Listener
	settings settings
	scheme   string
	bundle   string // the path of the certificate's file, if there is one
	unasked  unasked
	logger   *slog.Logger
}

func listen(s settings, handler http.Handler, logger *slog.Logger) (*server, error) {
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return nil, fmt.Errorf("-addr: %w", err)
	}
	srv := &server{listener: l, settings: s, scheme: "http", logger: logger, http: &http.Server{
		Handler:           logged(logger, s.allowHosts.guard(handler)),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelInfo),
	}}
	srv.http.ConnState = srv.unasked.note
	if !s.tls {
		return srv, nil
	}
	cert, pem, err := certificate(append([]string{"localhost"}, s.allowHosts...), time.Now())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("-tls: %w", err), l.Close())
	}
	srv.scheme = "https"
	srv.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if srv.bundle, err = writeBundle(pem); err != nil {
		return nil, errors.Join(fmt.Errorf("-tls: %w", err), l.Close())
	}
	return srv, nil
}

// url is where clients of this machine reach it.
func (s *server) url() string {
	addr := s.listener.Addr().(*net.TCPAddr)
	host := "127.0.0.1"
	if !addr.IP.IsUnspecified() {
		host = addr.IP.String()
	}
	return s.scheme + "://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

func (s *server) environment() [][2]string {
	variables := fake.Environment(s.url(), region.Region(s.settings.region))
	if s.bundle != "" {
		variables = append(variables, [2]string{"AWS_CA_BUNDLE", s.bundle})
	}
	return variables
}

// serve answers until the context ends, and then lets requests that are under way finish.
func (s *server) serve(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() {
		if s.scheme == "https" {
			ended <- s.http.ServeTLS(s.listener, "", "")
		} else {
			ended <- s.http.Serve(s.listener)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	s.unasked.hangUp()
	err := s.http.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		s.logger.Warn("requests that didn't end were cut off", "waited", stopTimeout)
		err = s.http.Close()
	}
	if serving := <-ended; !errors.Is(serving, http.ErrServerClosed) {
		err = errors.Join(err, serving)
	}
	return err
}

// cleanUp removes what was written for clients.
func (s *server) cleanUp() error {
	if s.bundle == "" {
		return nil
	}
	return os.Remove(s.bundle)
}

// logged writes a line for each request.
func logged(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &answerOf{ResponseWriter: w, status: http.StatusOK}
		start := time.Now()
		next.ServeHTTP(answer, r)
		logger.InfoContext(r.Context(), "request", "method", r.Method, "path", r.URL.Path, "status", answer.status, "bytes", answer.bytes,
			"request_id", answer.Header().Get("X-Amzn-Requestid"), "took", time.Since(start))
	})
}

// answerOf notes what is answered.
type answerOf struct {
	http.ResponseWriter
	status, bytes int
}

func (a *answerOf) WriteHeader(status int) { a.status = status; a.ResponseWriter.WriteHeader(status) }

func (a *answerOf) Write(b []byte) (int, error) {
	n, err := a.ResponseWriter.Write(b)
	a.bytes += n
	return n, err
}

// Unwrap lets net/http find the writer's own abilities.
func (a *answerOf) Unwrap() http.ResponseWriter { return a.ResponseWriter }
