"""The route table of `otop`."""

from __future__ import annotations

from contracts.otop import ImportAccepted, ImportCompleted
from services.chassis.desk import Desk
from services.chassis.http import Routes
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.otop.domain.lesson import PRODUCT_LESSON
from services.otop.domain.producer import PRODUCER
from services.otop.domain.trader_product import TRADER_PRODUCT
from services.otop.domain.wisdom import WISDOM_PRODUCT
from services.otop.views import producer_page

routes = Routes("otop")
desk = Desk(routes, places=in_open_area)

desk.lifecycle(PRODUCER, "/v1/producers/{producer_id}", shows=producer_page)
desk.lifecycle(WISDOM_PRODUCT, "/v1/wisdom-products/{wisdom_product_id}")
desk.lifecycle(TRADER_PRODUCT, "/v1/trader-products/{trader_product_id}")
desk.lifecycle(PRODUCT_LESSON, "/v1/product-lessons/{product_lesson_id}")

imports = Imports(desk, ImportAccepted, ImportCompleted)
