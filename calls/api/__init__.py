"""REST of calls: the same rows, filters and fences as the pages."""

from rest_framework.routers import SimpleRouter

from .views import CallViewSet, CdrViewSet, DeliveryViewSet

router = SimpleRouter()
router.register("calls", CallViewSet, basename="call")
router.register("cdrs", CdrViewSet, basename="cdr")
router.register("deliveries", DeliveryViewSet, basename="delivery")
urls = router.urls
