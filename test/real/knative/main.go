// Knative's admission webhook and controllers in one process, with what stands beside them in a cluster and is not
// Kubernetes' own played as far as an API client can see it (play.go). They are Knative's packages as they are released;
// here they are only put together, so that the webhook listens on loopback and no fixed port is taken.
//
// Configured by KUBECONFIG and SYSTEM_NAMESPACE. Says `registry <port>`, `webhook <port>` and then `started`, each on a line
// of standard output. Ends when its standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	filtered "knative.dev/pkg/client/injection/kube/informers/factory/filtered"
	"knative.dev/pkg/configmap"
	"knative.dev/pkg/controller"
	"knative.dev/pkg/injection"
	"knative.dev/pkg/injection/sharedmain"
	"knative.dev/pkg/logging"
	"knative.dev/pkg/webhook"
	"knative.dev/pkg/webhook/certificates"
	"knative.dev/pkg/webhook/resourcesemantics"
	"knative.dev/pkg/webhook/resourcesemantics/defaulting"
	"knative.dev/pkg/webhook/resourcesemantics/validation"
	autoscaling "knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	apisconfig "knative.dev/serving/pkg/apis/config"
	serving "knative.dev/serving/pkg/apis/serving"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
	"knative.dev/serving/pkg/reconciler/autoscaling/kpa"
	"knative.dev/serving/pkg/reconciler/configuration"
	"knative.dev/serving/pkg/reconciler/gc"
	"knative.dev/serving/pkg/reconciler/labeler"
	"knative.dev/serving/pkg/reconciler/revision"
	"knative.dev/serving/pkg/reconciler/route"
	"knative.dev/serving/pkg/reconciler/serverlessservice"
	"knative.dev/serving/pkg/reconciler/service"
	extravalidation "knative.dev/serving/pkg/webhook"

	networking "knative.dev/networking/pkg/apis/networking/v1alpha1"
)

var admitted = map[schema.GroupVersionKind]resourcesemantics.GenericCRD{
	servingv1.SchemeGroupVersion.WithKind("Revision"):           &servingv1.Revision{},
	servingv1.SchemeGroupVersion.WithKind("Configuration"):      &servingv1.Configuration{},
	servingv1.SchemeGroupVersion.WithKind("Route"):              &servingv1.Route{},
	servingv1.SchemeGroupVersion.WithKind("Service"):            &servingv1.Service{},
	autoscaling.SchemeGroupVersion.WithKind("PodAutoscaler"):    &autoscaling.PodAutoscaler{},
	autoscaling.SchemeGroupVersion.WithKind("Metric"):           &autoscaling.Metric{},
	networking.SchemeGroupVersion.WithKind("Ingress"):           &networking.Ingress{},
	networking.SchemeGroupVersion.WithKind("ServerlessService"): &networking.ServerlessService{},
}

func main() {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
		os.Exit(0)
	}()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(err)
	// A cluster has one client a controller; here all of them share one.
	config.QPS, config.Burst = 200, 400
	run(ctx, config)
}

func run(ctx context.Context, config *rest.Config) {
	fmt.Println("registry", startRegistry())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	fmt.Println("webhook", listener.Addr().(*net.TCPAddr).Port)

	logger := zap.Must(zap.Config{
		Level:            zap.NewAtomicLevelAt(zap.WarnLevel),
		Encoding:         "console",
		EncoderConfig:    zap.NewDevelopmentEncoderConfig(),
		OutputPaths:      []string{"stderr"},
		ErrorOutputPaths: []string{"stderr"},
	}.Build()).Sugar()
	ctx = logging.WithLogger(ctx, logger)
	ctx = webhook.WithOptions(ctx, webhook.Options{ServiceName: "webhook", SecretName: "webhook-certs"})
	ctx = filtered.WithSelectors(ctx, serving.RevisionUID)
	ctx, startInformers := injection.EnableInjectionOrDie(ctx, config)
	watcher := sharedmain.SetupConfigMapWatchOrDie(ctx, logger)
	controllers, webhooks := sharedmain.ControllersAndWebhooksFromCtors(ctx, watcher,
		certificates.NewController,
		newDefaulting,
		newValidation,
		configuration.NewController,
		labeler.NewController,
		revision.NewController,
		route.NewController,
		serverlessservice.NewController,
		service.NewController,
		gc.NewController,
		func(ctx context.Context, watcher configmap.Watcher) *controller.Impl {
			return kpa.NewController(ctx, watcher, newConstantLoad(ctx))
		},
	)
	must(watcher.Start(ctx.Done()))
	admission, err := webhook.New(ctx, webhooks)
	must(err)
	startInformers()
	admission.InformersHaveSynced()
	server := &http.Server{Handler: admission, TLSConfig: certificateOf(ctx), ReadHeaderTimeout: time.Minute}
	go func() { log.Fatal(server.ServeTLS(listener, "", "")) }()
	playCluster(ctx, config)
	fmt.Println("started")
	must(controller.StartAll(ctx, controllers...))
}

func newDefaulting(ctx context.Context, watcher configmap.Watcher) *controller.Impl {
	store := apisconfig.NewStore(logging.FromContext(ctx))
	store.WatchConfigs(watcher)
	return defaulting.NewAdmissionController(ctx,
		"webhook.serving.knative.dev", "/defaulting", admitted, store.ToContext, false)
}

func newValidation(ctx context.Context, watcher configmap.Watcher) *controller.Impl {
	store := apisconfig.NewStore(logging.FromContext(ctx))
	store.WatchConfigs(watcher)
	callbacks := map[schema.GroupVersionKind]validation.Callback{
		servingv1.SchemeGroupVersion.WithKind("Service"): validation.NewCallback(
			extravalidation.ValidateService, webhook.Create, webhook.Update),
		servingv1.SchemeGroupVersion.WithKind("Configuration"): validation.NewCallback(
			extravalidation.ValidateConfiguration, webhook.Create, webhook.Update),
	}
	return validation.NewAdmissionController(ctx,
		"validation.webhook.serving.knative.dev", "/resource-validation", admitted, store.ToContext, false, callbacks)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
