// Kubernetes' own servers in one program, each a process of its own: `kube-apiserver` with an etcd inside, and
// `kube-controller-manager`. What follows the name are the flags of that server. Ends when its standard input does, so that
// nothing stays behind when whoever started it is gone.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if len(os.Args) < 2 {
		fail("say which server: kube-apiserver or kube-controller-manager")
	}
	name := os.Args[1]
	os.Args = append([]string{name}, os.Args[2:]...)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()

	var command *cobra.Command
	switch name {
	case "kube-apiserver":
		storage := startEtcd(os.Getenv("ETCD_DIRECTORY"))
		os.Args = append(os.Args, "--etcd-servers="+storage)
		command = apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		command = controllermanager.NewControllerManagerCommand()
	default:
		fail("no such server: " + name)
	}
	os.Exit(cli.Run(command))
}

// startEtcd keeps its data in a directory that may be thrown away, and returns where it listens: on loopback, at a port of
// the kernel's choice. It does not wait for the disk, since nothing is to outlive the process.
func startEtcd(directory string) string {
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config := embed.NewConfig()
	config.Dir = directory
	config.ListenClientUrls, config.AdvertiseClientUrls = anyPort, anyPort
	config.ListenPeerUrls, config.AdvertisePeerUrls = anyPort, anyPort
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		fail("etcd: " + err.Error())
	}
	<-etcd.Server.ReadyNotify()
	return "http://" + etcd.Clients[0].Addr().String()
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}
