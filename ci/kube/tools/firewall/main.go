// The firewall of a node of the local Kubernetes: kube-router's controller of NetworkPolicies, and nothing else of
// kube-router, whose routing and clouds take minutes to compile.
//
//	firewall -kubeconfig FILE -node NAME -services CIDR
//
// It runs iptables, ip6tables and ipset from PATH. When it is told to end, it removes all that it has made with them.
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/cloudnativelabs/kube-router/v2/pkg/svcip"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func settings() (*options.KubeRouterConfig, *kubernetes.Clientset) {
	config := options.NewKubeRouterConfig()
	config.EnableIPv4 = true
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	services := flag.String("services", "", "the range of the Services' addresses")
	flag.StringVar(&config.HostnameOverride, "node", "", "the name of this node")
	flag.Parse()
	config.ClusterIPCIDRs = []string{*services}
	rest, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	check(err)
	client, err := kubernetes.NewForConfig(rest)
	check(err)
	return config, client
}

// start runs the controller until stop is closed.
func start(config *options.KubeRouterConfig, client kubernetes.Interface, stop chan struct{}, running *sync.WaitGroup) {
	ranges, err := svcip.NewValidator(svcip.Config{ClusterIPCIDRs: config.ClusterIPCIDRs, EnableIPv4: true})
	check(err)
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	check(err)
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	controller, err := netpol.NewNetworkPolicyController(client, config, pods, policies, namespaces, &sync.Mutex{}, nil,
		tables, sets, ranges)
	check(err)
	for informer, handler := range map[cache.SharedIndexInformer]cache.ResourceEventHandler{
		pods: controller.PodEventHandler, namespaces: controller.NamespaceEventHandler,
		policies: controller.NetworkPolicyEventHandler,
	} {
		_, err := informer.AddEventHandler(handler)
		check(err)
	}
	beats := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for range beats { // nobody asks, but the controller waits until its beat is taken
		}
	}()
	running.Add(1)
	go controller.Run(beats, stop, running)
}

func main() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	config, client := settings()
	stop := make(chan struct{})
	var running sync.WaitGroup
	start(config, client, stop, &running)
	<-told
	close(stop)
	running.Wait()
	(&netpol.NetworkPolicyController{}).Cleanup()
}
