# frozen_string_literal: true

require "json"
require_relative "support/clock"
require_relative "./formats"
autoload :Legacy, "shop/legacy"

# Everything about deliveries.
module Shop
  VERSION = "1.4"

  class Error < StandardError; end

  # Plans tours.
  #
  # One for each driver.
  class Planner < Base::Planner
    include Comparable
    extend Forwardable

    SPEEDS = { van: 50, bike: 15 }.freeze
    attr_reader :tours, :clock

    def self.load(path, strict: false)
      new(JSON.parse(File.read(path)).map { |row| Tour.new(row) })
    end

    def initialize(tours = [], clock: Clock.new)
      @tours = tours
      @clock = clock
    end

    # Adds a stop to the shortest tour.
    def add(stop, *rest, &block)
      tour = tours.min_by(&:length)
      raise Error, "no tour for #{stop["name"]}" unless tour

      tour << stop
      block&.call(tour)
      notify stop
    end

    def <=>(other) = length <=> other.length

    def empty? = tours.empty?

    def report
      text = <<~TEXT
        Tours: #{tours.size} (don't print
      TEXT
      text.gsub(/[({]/, "") + summary
    end

    private

    def summary
      # Says it in a line.
      if tours.any?
        "from #{clock.now}"
      else
        "nothing"
      end
    end

    class << self
      def build(&block)
        Builder.new.instance_eval(&block)
      end
    end
  end

  Stop = Struct.new(:name, :place) do
    def far?
      Distance.between(place, HOME) > 10
    end
  end

  module Helpers
    module_function

    def minutes(seconds)
      seconds / 60
    end
  end
end

class Shop::Tour
  def length
    Shop::Helpers.minutes(@stops.sum { |stop| stop.time })
  end
end

def main(argv)
  Shop::Planner.load(argv.first).report
end

main(ARGV) if $PROGRAM_NAME == __FILE__
