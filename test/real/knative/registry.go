package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// startRegistry serves the images that pods are played for, so that Knative resolves their tags as it does with any
// registry, and refuses those that are not there. Their contents are nobody's concern: nothing pulls them.
func startRegistry() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	go func() { log.Fatal((&http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}).Serve(listener)) }()
	for _, image := range []string{"helloworld-go", "helloworld-crash", "helloworld-missing", "helloworld-unready"} {
		for _, tag := range []string{"latest", "1", "2", "3"} {
			reference, err := name.NewTag(listener.Addr().String() + "/samples/" + image + ":" + tag)
			must(err)
			must(remote.Write(reference, empty.Image))
		}
	}
	return listener.Addr().(*net.TCPAddr).Port
}
