"""REST of calls: the same rows, filters and fences as the pages."""

from rest_framework.routers import SimpleRouter

from .board import BoardViewSet
from .click2call import DialViewSet
from .contacts import ContactViewSet
from .recoveries import RecoveryViewSet
from .reports import AgentReport, CallerReport, CostReport, CountryReport, HeatReport, PathReport, QueueReport
from .sync import SyncViewSet
from .views import CallViewSet, CdrViewSet, DeliveryViewSet

router = SimpleRouter()
router.register("board", BoardViewSet, basename="board")
router.register("calls", CallViewSet, basename="call")
router.register("cdrs", CdrViewSet, basename="cdr")
router.register("deliveries", DeliveryViewSet, basename="delivery")
router.register("click2call", DialViewSet, basename="dial")
router.register("contacts", ContactViewSet, basename="contact")
router.register("recoveries", RecoveryViewSet, basename="recovery")
router.register("sync", SyncViewSet, basename="sync")
router.register("reports/queues", QueueReport, basename="queue-report")
router.register("reports/agents", AgentReport, basename="agent-report")
router.register("reports/hours", HeatReport, basename="hour-report")
router.register("reports/countries", CountryReport, basename="country-report")
router.register("reports/caller-ids", CallerReport, basename="caller-report")
router.register("reports/cost", CostReport, basename="cost-report")
router.register("reports/ivr-paths", PathReport, basename="path-report")
urls = router.urls
