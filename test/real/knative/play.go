package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	networking "knative.dev/networking/pkg/apis/networking/v1alpha1"
	networkingclient "knative.dev/networking/pkg/client/clientset/versioned"
	networkinginformers "knative.dev/networking/pkg/client/informers/externalversions"
	kubeclient "knative.dev/pkg/client/injection/kube/client"
	"knative.dev/pkg/logging"
	"knative.dev/pkg/system"
	"knative.dev/serving/pkg/autoscaler/scaling"
)

// certificateOf serves with the certificate that Knative's own controller has made and put into a Secret.
func certificateOf(ctx context.Context) *tls.Config {
	secrets := kubeclient.Get(ctx).CoreV1().Secrets(system.Namespace())
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			secret, err := secrets.Get(ctx, "webhook-certs", metav1.GetOptions{})
			if err != nil {
				return nil, err
			}
			pair, err := tls.X509KeyPair(secret.Data["server-cert.pem"], secret.Data["server-key.pem"])
			return &pair, err
		},
	}
}

// constantLoad is what an autoscaler would want with just enough requests for one pod: never more, never none.
type constantLoad struct{}

func (constantLoad) Scale(*zap.SugaredLogger, time.Time) scaling.ScaleResult {
	// What one pod lacks to the burst of 211 requests that is to be kept room for: the activator stays in the path.
	return scaling.ScaleResult{DesiredPodCount: 1, ExcessBurstCapacity: -111, ScaleValid: true}
}

func (constantLoad) Update(*scaling.DeciderSpec) {}

func (constantLoad) OnDelete() {}

func newConstantLoad(ctx context.Context) *scaling.MultiScaler {
	factory := func(*scaling.Decider) (scaling.UniScaler, error) { return constantLoad{}, nil }
	return scaling.NewMultiScaler(ctx.Done(), factory, logging.FromContext(ctx))
}

// playCluster plays the scheduler and the kubelet for every pod, and the ingress controller for every Ingress.
func playCluster(ctx context.Context, config *rest.Config) {
	pods := &podPlayer{client: kubernetes.NewForConfigOrDie(asKubelet(config))}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName}}
	_, err := pods.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	must(err)
	podInformers := informers.NewSharedInformerFactory(pods.client, 0)
	watch(podInformers.Core().V1().Pods().Informer(), func(object any) {
		if pod, ok := object.(*corev1.Pod); ok {
			pods.play(ctx, pod.DeepCopy())
		}
	})
	podInformers.Start(ctx.Done())

	networks := networkingclient.NewForConfigOrDie(config)
	ingressInformers := networkinginformers.NewSharedInformerFactory(networks, 0)
	watch(ingressInformers.Networking().V1alpha1().Ingresses().Informer(), func(object any) {
		if ingress, ok := object.(*networking.Ingress); ok && !ingress.IsReady() && ingress.DeletionTimestamp == nil {
			playIngress(ctx, networks, ingress.DeepCopy())
		}
	})
	ingressInformers.Start(ctx.Done())
}

// asKubelet writes under the kubelet's name, as `managedFields` tell it.
func asKubelet(config *rest.Config) *rest.Config {
	own := rest.CopyConfig(config)
	own.UserAgent = "kubelet"
	return own
}

func watch(informer cache.SharedIndexInformer, handle func(object any)) {
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    handle,
		UpdateFunc: func(_, object any) { handle(object) },
	})
	must(err)
}

// playIngress takes an Ingress up in one write, and makes it ready in another, after the time that real controllers take to
// see the new routes in every gateway pod.
func playIngress(ctx context.Context, client networkingclient.Interface, ingress *networking.Ingress) {
	write := func() {
		_, err := client.NetworkingV1alpha1().Ingresses(ingress.Namespace).UpdateStatus(ctx, ingress, metav1.UpdateOptions{})
		report("ingress "+ingress.Name, err)
	}
	isTakenUp := ingress.Status.ObservedGeneration == ingress.Generation
	ingress.Status.InitializeConditions()
	ingress.Status.MarkNetworkConfigured()
	ingress.Status.ObservedGeneration = ingress.Generation
	if !isTakenUp {
		ingress.Status.MarkLoadBalancerNotReady()
		write()
		return
	}
	balancer := []networking.LoadBalancerIngressStatus{{DomainInternal: "ingress.knative-serving.svc.cluster.local"}}
	ingress.Status.MarkLoadBalancerReady(balancer, balancer)
	time.AfterFunc(200*time.Millisecond, write)
}

const nodeName = "played"

// podPlayer is the kubelet of a node that runs nothing: it says of a pod what its image asks for by the end of its name.
// `…-crash` ends with code 1 whenever it is started, `…-missing` cannot be pulled, `…-unready` never becomes ready, any
// other is ready at once.
type podPlayer struct {
	client  kubernetes.Interface
	address atomic.Uint32
}

func (player *podPlayer) play(ctx context.Context, pod *corev1.Pod) {
	pods := player.client.CoreV1().Pods(pod.Namespace)
	if pod.DeletionTimestamp != nil {
		now := int64(0)
		report("pod "+pod.Name, pods.Delete(ctx, pod.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &now,
			Preconditions:      &metav1.Preconditions{UID: &pod.UID},
		}))
		return
	}
	if pod.Spec.NodeName == "" {
		report("pod "+pod.Name, pods.Bind(ctx, &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: nodeName},
		}, metav1.CreateOptions{}))
		return
	}
	if pod.Status.StartTime != nil {
		return
	}
	now := metav1.Now()
	pod.Status.StartTime = &now
	pod.Status.Phase = corev1.PodPending
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized} {
		setCondition(&pod.Status, kind, true, now)
	}
	isReady := player.run(&pod.Status, pod.Spec.Containers, now)
	if isReady {
		player.write(ctx, pod)
		return
	}
	// What is wrong shows some time after the start: by then the Deployment does not change any more, and nobody who
	// waits for that looks at the pod again.
	trouble := *pod.Status.DeepCopy()
	for index := range pod.Status.ContainerStatuses {
		container := &pod.Status.ContainerStatuses[index]
		container.Ready, container.RestartCount = false, 0
		container.LastTerminationState = corev1.ContainerState{}
		container.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}
	}
	player.write(ctx, pod)
	time.AfterFunc(3*time.Second, func() {
		started, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		if err == nil && started.DeletionTimestamp == nil {
			started.Status = trouble
			player.write(ctx, started)
		}
	})
}

func (player *podPlayer) write(ctx context.Context, pod *corev1.Pod) {
	_, err := player.client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	report("pod "+pod.Name, err)
}

// run sets the states of these containers, and returns whether all of them are ready.
func (player *podPlayer) run(status *corev1.PodStatus, containers []corev1.Container, now metav1.Time) bool {
	number := player.address.Add(1)
	status.PodIP = fmt.Sprintf("10.1.%d.%d", number/250, 1+number%250)
	status.PodIPs = []corev1.PodIP{{IP: status.PodIP}}
	isReady, isStarted := true, true
	status.ContainerStatuses = nil
	for _, container := range containers {
		state := stateOf(container, now)
		isReady = isReady && state.Ready
		isStarted = isStarted && state.State.Waiting == nil
		status.ContainerStatuses = append(status.ContainerStatuses, state)
	}
	if isStarted {
		status.Phase = corev1.PodRunning
	}
	for _, kind := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
		setCondition(status, kind, isReady, now)
	}
	return isReady
}

func stateOf(container corev1.Container, now metav1.Time) corev1.ContainerStatus {
	started := true
	status := corev1.ContainerStatus{
		Name:    container.Name,
		Image:   container.Image,
		Ready:   true,
		Started: &started,
		State:   corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
	}
	repository, _, _ := strings.Cut(container.Image, "@")
	waiting := func(reason, message string) corev1.ContainerState {
		return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	}
	switch name, _, _ := strings.Cut(repository[strings.LastIndex(repository, "/")+1:], ":"); {
	case strings.HasSuffix(name, "-crash"):
		status.Ready, status.Started, status.RestartCount = false, new(bool), 3
		status.State = waiting("CrashLoopBackOff", "back-off 40s restarting failed container="+container.Name)
		status.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: 1, Reason: "Error", StartedAt: now, FinishedAt: now,
		}
	case strings.HasSuffix(name, "-missing"):
		status.Ready, status.Started = false, new(bool)
		status.State = waiting("ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q", container.Image))
	case strings.HasSuffix(name, "-unready"):
		status.Ready = false
	}
	return status
}

func setCondition(status *corev1.PodStatus, kind corev1.PodConditionType, isTrue bool, now metav1.Time) {
	condition := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: now}
	if !isTrue {
		condition.Status, condition.Reason = corev1.ConditionFalse, "ContainersNotReady"
	}
	for index, present := range status.Conditions {
		if present.Type == kind {
			status.Conditions[index] = condition
			return
		}
	}
	status.Conditions = append(status.Conditions, condition)
}

// report says what went wrong, unless the object has changed or gone meanwhile, of which the informer tells.
func report(what string, err error) {
	if err != nil && !isOutdated(err) {
		log.Printf("%s: %v", what, err)
	}
}

func isOutdated(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsNotFound(err)
}
