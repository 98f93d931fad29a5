"use strict";
(function () {
  var told = JSON.parse(document.getElementById("figures").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var places = Array.prototype.slice.call(document.querySelectorAll("[data-chart]"));
  var PRINTED = 660;

  function ink(printing) {
    return dark.matches && !printing ? "#e6eaee" : "#101214";
  }

  function draw(place) {
    var figure = told.charts[place.dataset.chart];
    var layout = Object.assign({}, figure.layout, {
      autosize: true,
      font: Object.assign({}, figure.layout.font, { color: ink(false), family: getComputedStyle(place).fontFamily })
    });
    return Plotly.newPlot(place, figure.data, layout, told.config);
  }

  function again(printing) {
    places.forEach(function (place) {
      var size = printing ? { width: PRINTED, autosize: false } : { width: null, autosize: true };
      Plotly.relayout(place, Object.assign({ "font.color": ink(printing) }, size));
    });
  }

  window.addEventListener("beforeprint", function () { again(true); });
  window.addEventListener("afterprint", function () { again(false); });
  dark.addEventListener("change", function () { again(false); });
  Promise.all(places.map(draw)).then(function () { document.documentElement.dataset.drawn = "yes"; });
})();
