"""REST of calls: the same rows, filters and fences as the pages."""

from rest_framework.routers import SimpleRouter

from .click2call import DialViewSet
from .contacts import ContactViewSet
from .sync import SyncViewSet
from .views import CallViewSet, CdrViewSet, DeliveryViewSet

router = SimpleRouter()
router.register("calls", CallViewSet, basename="call")
router.register("cdrs", CdrViewSet, basename="cdr")
router.register("deliveries", DeliveryViewSet, basename="delivery")
router.register("click2call", DialViewSet, basename="dial")
router.register("contacts", ContactViewSet, basename="contact")
router.register("sync", SyncViewSet, basename="sync")
urls = router.urls
